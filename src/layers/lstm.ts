/** One LSTM layer with its parameters (gate order i, f, g, o). */
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import type { PackedLayout } from "../base/packed-layout.ts";
import { lstmLayer, lstmStep } from "../ops/lstm-layer.ts";
import { lstmBias } from "./initializers.ts";
import type { Parameters } from "./parameters.ts";

export type LstmState = {
  /** [sentences, hidden] */
  hidden: Tensor2D;
  /** [sentences, hidden] */
  cell: Tensor2D;
};

export interface LstmOptions {
  inputSize: number;
  hiddenSize: number;
  forgetBias: number;
}

export class Lstm {
  readonly hiddenSize: number;
  private readonly inputWeights: Tensor2D;
  private readonly recurrentWeights: Tensor2D;
  private readonly bias: Tensor1D;

  constructor(parameters: Parameters, name: string, { inputSize, hiddenSize, forgetBias }: LstmOptions) {
    this.hiddenSize = hiddenSize;
    this.inputWeights = parameters.weights(`${name}.input_weights`, [inputSize, 4 * hiddenSize], hiddenSize);
    this.recurrentWeights = parameters.weights(`${name}.recurrent_weights`, [hiddenSize, 4 * hiddenSize], hiddenSize);
    this.bias = parameters.create(`${name}.bias`, [4 * hiddenSize], lstmBias(forgetBias));
  }

  /** [positions, input] → [positions, hidden]; starts from zero, or from states given by sentence rank. */
  sequence(x: Tensor2D, layout: PackedLayout, options: { reverse?: boolean; initial?: LstmState } = {}): Tensor2D {
    const { inputWeights, recurrentWeights, bias } = this;
    const initial =
      options.initial === undefined ? {} : { initialHidden: options.initial.hidden, initialCell: options.initial.cell };
    return lstmLayer(
      { x, inputWeights, recurrentWeights, bias, ...initial },
      { layout, reverse: options.reverse ?? false },
    );
  }

  /** One time step for inference: x [rows, input]. */
  step(x: Tensor2D, state: LstmState): LstmState {
    const { inputWeights, recurrentWeights, bias } = this;
    return lstmStep({ x, ...state, inputWeights, recurrentWeights, bias });
  }
}
