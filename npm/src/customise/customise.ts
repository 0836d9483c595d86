// Stands in until the rules for customisations are merged: none is applied.

/** What an app may change of the widget, made safe. */
export interface Customisation {}

/** Reads what an app hands over, believing nothing of it. */
export function customise(_input: unknown): Customisation {
  return {};
}
