/** What answers other than plain text need. Loaded with the first answer. */
import './answer-result.js';
import './tool-calls.js';
