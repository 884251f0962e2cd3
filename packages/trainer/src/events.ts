/** What training tells while it runs. */
export type TrainEvent =
  | {
      readonly type: 'step';
      /** Optimizer steps done, this one included; of how many. */
      readonly step: number;
      readonly steps: number;
      /** The epoch this step's batch came from, from 0. */
      readonly epoch: number;
      readonly loss: number;
      readonly lr: number;
      /** Before clipping; only if `clip` is set. */
      readonly gradNorm?: number;
      /** What the loss was multiplied with; only in float16. */
      readonly scale?: number;
      /** Set where the gradients overflowed, so that the step changed nothing. The loss may be no number then. */
      readonly skipped?: true;
    }
  | {
      readonly type: 'validation';
      readonly step: number;
      readonly metrics: Readonly<Record<string, number>>;
      /** Whether it is the best one so far. */
      readonly improved: boolean;
    }
  | { readonly type: 'checkpoint'; readonly step: number }
  | { readonly type: 'resume'; readonly step: number }
  | {
      /** Something the user should know, in one sentence. */
      readonly type: 'notice';
      readonly message: string;
    };
