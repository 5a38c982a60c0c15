import { html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { downloadBlob } from '../../data/browser/file.js';
import { durationText, numberText } from '../../data/format.js';
import { base } from '../../styles/base.js';
import '../common/ui-icon.js';

/** A sound to play and to save. It plays without an audio element, which the page's policy would have to allow. */
@customElement('sound-player')
export class SoundPlayer extends LitElement {
  static override styles = base;
  @property({ attribute: false }) sound!: Blob;
  @state() private durationMs: number | undefined;
  @state() private problem = '';
  @state() private source: AudioBufferSourceNode | undefined;
  #context: AudioContext | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
    void this.#context?.close();
    this.#context = undefined;
  }

  override render() {
    const { source, durationMs, problem } = this;
    return html`<div class="row">
      ${source === undefined ? html`<button type="button" @click=${this.#play}><ui-icon name="play"></ui-icon>Play</button>` : html`<button type="button" @click=${this.#stop}><ui-icon name="stop"></ui-icon>Stop the sound</button>`}
      <button type="button" @click=${() => downloadBlob(`speech.${this.#extension()}`, this.sound)}>Save</button>
      <span class="muted small number" role="status">${this.sound.type}, ${numberText(Math.ceil(this.sound.size / 1024))} KB${durationMs === undefined ? '' : `, ${durationText(durationMs)}`}${problem === '' ? '' : `. ${problem}`}</span>
    </div>`;
  }

  #extension(): string {
    const name = this.sound.type.split(';')[0]?.split('/')[1] ?? 'bin';
    return name === 'mpeg' ? 'mp3' : name.replace(/^x-/, '');
  }

  #play = async (): Promise<void> => {
    this.problem = '';
    this.#context ??= new AudioContext();
    try {
      const buffer = await this.#context.decodeAudioData(await this.sound.arrayBuffer());
      this.durationMs = buffer.duration * 1000;
      const source = new AudioBufferSourceNode(this.#context, { buffer });
      source.connect(this.#context.destination);
      source.onended = () => (this.source = undefined);
      source.start();
      this.source = source;
    } catch {
      this.problem = 'The browser cannot play this format. Save it instead.';
    }
  };

  #stop = (): void => {
    this.source?.stop();
    this.source = undefined;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'sound-player': SoundPlayer;
  }
}
