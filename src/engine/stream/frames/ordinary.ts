/*
 * The grammar of a chunk that contains nothing but text, as one regular expression. A frame passes unread only if it
 * matches: it is well-formed JSON with one choice, without an end, an error, usage or a tool call.
 */

const CHARACTERS = '[ !#-\\[\\]-\\xff]*';
const STRING = `"${CHARACTERS}(?:\\\\(?:["\\\\/bfnrt]|u[\\da-fA-F]{4})${CHARACTERS})*"`;
const NUMBER = '-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?';
const SCALAR = `${STRING}|null|${NUMBER}|true|false`;
/** Between two members: a comma, and a member behind it. */
const NEXT = '(?:, ?(?=[^\\]}])|(?=[\\]}]))';

/** A value that is `depth` levels deep at most. */
const value = (depth: number): string => {
  if (depth === 0) return `(?:${SCALAR})`;
  const inner = value(depth - 1);
  return `(?:${SCALAR}|\\{(?:${STRING}: ?${inner}${NEXT})*\\}|\\[(?:${inner}${NEXT})*\\])`;
};

const ANY = `${STRING}: ?${value(2)}`;
const FIELD = `(?!"(?:choices"|_?[eE]rr|fault"|exception"|failure"|detail"|base_resp"|usage": ?[^n]|object": ?"error|type": ?"error))${ANY}`;
const DELTA = `"delta": ?\\{(?:(?!"(?:tool_calls|function_call|error)": ?(?!null|\\[\\]))${ANY}${NEXT})*\\}`;
const CHOICE = `(?:"finish_reason": ?(?:null|"")|${DELTA}|(?!"(?:delta"|finish_reason"|error"|message"|index": ?[^0]))${ANY})`;
const CHUNK = `\\{(?:${FIELD}, ?)*?"choices": ?\\[\\{(?:${CHOICE}${NEXT})*\\}\\](?:, ?${FIELD})*\\}`;
const ORDINARY = new RegExp(`^(?:data: ?${CHUNK}(?:\\n\\n|\\r\\n\\r\\n))+$`);

/** Frames that are longer are read instead. */
const LONGEST = 64 * 1024;

/** Returns whether every one of these frames certainly contains nothing but text. */
export const areOrdinary = (frames: Buffer): boolean =>
  frames.length <= LONGEST && ORDINARY.test(frames.toString('latin1'));
