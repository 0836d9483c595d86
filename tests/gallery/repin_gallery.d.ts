// What `src/bin/repin_gallery.rs` exports, for the type check.
export default function init(): Promise<unknown>;
export function names(): string[];
export function show(container: HTMLElement, name: string, options: { locale?: string; messages?: unknown; still?: boolean }): void;
