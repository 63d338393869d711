/** LSTM layers with their parameters (gate order i, f, g, o). With fewer numbers in a state than units, units are projected (Sak et al. 2014). */
import { type Tensor1D, type Tensor2D, zeros } from "@tensorflow/tfjs";
import type { PackedLayout } from "../base/packed-layout.ts";
import type { LstmWeights } from "../ops/lstm-inputs.ts";
import { bidirectionalLstmLayer, lstmLayer, lstmStep } from "../ops/lstm-layer.ts";
import { lstmBias } from "./initializers.ts";
import type { Parameters } from "./parameters.ts";

/** State after a step. */
export type LstmState = {
  /** [sentences, hidden] */
  hidden: Tensor2D;
  /** [sentences, cell] */
  cell: Tensor2D;
};

/** Sizes of a layer. */
export interface LstmOptions {
  /** Width of the input. */
  inputSize: number;
  /** Numbers of the state that comes out and recurs. */
  hiddenSize: number;
  /** Units; where they are not `hiddenSize`, their outputs are projected to it. */
  cellSize: number;
  /** Bias of the forget gates at the start. */
  forgetBias: number;
}

/** One LSTM layer. */
export class Lstm {
  readonly hiddenSize: number;
  readonly cellSize: number;
  private readonly weights: LstmWeights;

  constructor(parameters: Parameters, name: string, options: LstmOptions) {
    this.hiddenSize = options.hiddenSize;
    this.cellSize = options.cellSize;
    this.weights = createWeights(parameters, name, options);
  }

  /** [positions, input] → [positions, hidden]; starts from zero, or from states given by sentence rank. */
  sequence(x: Tensor2D, layout: PackedLayout, options: { reverse?: boolean; initial?: LstmState } = {}): Tensor2D {
    const { initial, reverse = false } = options;
    const states = { initialHidden: initial?.hidden, initialCell: initial?.cell };
    return lstmLayer({ x, ...this.weights, ...states }, { layout, reverse });
  }

  /** One time step for inference: x [rows, input]. */
  step(x: Tensor2D, state: LstmState): LstmState {
    return lstmStep({ x, ...state, ...this.weights });
  }

  /** Zeros [sentences, hidden] and [sentences, cell]. */
  zeroState(sentences: number): LstmState {
    return { hidden: zeros([sentences, this.hiddenSize]), cell: zeros([sentences, this.cellSize]) };
  }
}

/** Two LSTMs of opposite directions over the same input, their outputs side by side. */
export class BidirectionalLstm {
  private readonly forward: LstmWeights;
  private readonly backward: LstmWeights;

  /** Sizes are those of both directions together: each has half of `hiddenSize` and of `cellSize`. */
  constructor(parameters: Parameters, name: string, { hiddenSize, cellSize, ...rest }: LstmOptions) {
    const half = { ...rest, hiddenSize: hiddenSize / 2, cellSize: cellSize / 2 };
    this.forward = createWeights(parameters, `${name}.forward`, half);
    this.backward = createWeights(parameters, `${name}.backward`, half);
  }

  /** [positions, input] → [positions, hidden]; starts from zero. */
  sequence(x: Tensor2D, layout: PackedLayout): Tensor2D {
    return bidirectionalLstmLayer({ x, forward: this.forward, backward: this.backward }, layout);
  }
}

function createWeights(parameters: Parameters, name: string, options: LstmOptions): LstmWeights {
  const { inputSize, hiddenSize, cellSize, forgetBias } = options;
  return {
    inputWeights: parameters.weights(`${name}.input_weights`, [inputSize, 4 * cellSize], hiddenSize),
    recurrentWeights: parameters.weights(`${name}.recurrent_weights`, [hiddenSize, 4 * cellSize], hiddenSize),
    bias: parameters.create<Tensor1D>(`${name}.bias`, [4 * cellSize], lstmBias(forgetBias)),
    projection:
      cellSize === hiddenSize ? undefined : parameters.weights(`${name}.projection`, [cellSize, hiddenSize], cellSize),
  };
}
