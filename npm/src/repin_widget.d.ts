// The part of the generated glue that we use. Its own types would show the world Leptos' streams.
import type { Session } from './types.ts';

export default function init(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
export function initSync(options: { module: WebAssembly.Module }): unknown;
export function mount(container: HTMLElement, options: FaceOptions): WidgetHandle;
export function start_vault(): void;

export interface WidgetHandle {
  start(session: Session): void;
  renew(session?: Session): void;
  speak(locale: string, messages: unknown): void;
  cancel(): void;
  unmount(): void;
}

/** What the face is told and whom it tells. Read by `src/mount.rs`. */
export interface FaceOptions {
  locale: string;
  messages: unknown;
  origin: string;
  apiBase: string;
  canRenew: boolean;
  handsOver: boolean;
  questions?: { text: string; type: string }[];
  requiredQuestions?: number;
  recoveryWays?: string[];
  closesAfterMs: number | undefined;
  startWorker(): Worker;
  step(name: string, index: number, total: number, flow: string): void;
  ended(status: string, detail: string, number: number): void;
  needsSession(reason: 'expiring' | 'expired' | 'forgot' | 'retry'): void;
}
