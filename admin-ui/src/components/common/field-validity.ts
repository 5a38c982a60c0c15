/** A custom field with validation, as fields of the browser have. */
export interface Field extends HTMLElement {
  /** Shows the problem and focuses it. @returns whether the field is valid */
  reportValidity(): boolean;
}

const FIELDS =
  'input, select, textarea, duration-field, timeouts-field, limits-field, schema-form, json-field, headers-field, sortable-list, chain-targets, chain-target, chain-settings, request-form';

/** Shows the first problem in a form and focuses it. @returns whether the form is valid */
export const reportValidity = (form: ParentNode): boolean => {
  for (const field of form.querySelectorAll<HTMLElement & Partial<Pick<Field, 'reportValidity'>>>(FIELDS)) {
    // A field whose script is not loaded yet holds what was saved.
    if (field.reportValidity?.() === false) return false;
  }
  return true;
};
