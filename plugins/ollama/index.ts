import { definePlugin } from '429chain/plugin';

export default definePlugin({ name: 'ollama', apply() {} });
