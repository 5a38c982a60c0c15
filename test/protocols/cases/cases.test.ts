import { ANSWER_CASES } from './answers.js';
import { Faces } from './faces.js';
import { REQUEST_CASES } from './requests.js';

/** The numbered cases of both translations. Each is one sentence, and one behaviour that clients depend on. */
describe('The cases of the Responses and the Messages API', () => {
  let faces: Faces;

  before(async () => {
    faces = await Faces.start();
  });

  after(() => faces.close());

  for (const { number, title, run } of [...ANSWER_CASES, ...REQUEST_CASES].sort(
    (one, other) => one.number - other.number,
  )) {
    it(`${String(number).padStart(2)}  ${title}`, () => run(faces));
  }
});
