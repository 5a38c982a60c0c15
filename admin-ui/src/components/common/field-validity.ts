/** A form's field of ours that knows whether what is in it could be saved, as those of the browser do. */
export interface Field extends HTMLElement {
  /** Shows what is wrong, and puts the focus there. @returns whether all is well */
  reportValidity(): boolean;
}

const FIELDS =
  'input, select, textarea, duration-field, timeouts-field, limits-field, schema-form, json-field, headers-field, sortable-list, chain-target, chain-settings, playground-settings';

/** Shows the first thing that is wrong in a form, and puts the focus there. @returns whether all is well */
export const reportValidity = (form: ParentNode): boolean => {
  for (const field of form.querySelectorAll<Field>(FIELDS)) if (!field.reportValidity()) return false;
  return true;
};
