/** Gradients of parameters while the backward pass that gives them still runs. */
import * as tf from "@tensorflow/tfjs";

/** What a forward pass has recorded of the parameters that it used. */
export interface GradientWatch {
  /** The order of operations, and which parameter each is of, as one number: backward passes of equal ones give gradients in the same order. */
  readonly signature: number;
  /** From now on, `ready` is told of each gradient that nothing will be added to, as soon as it is known. */
  begin(ready: (name: string, gradient: tf.Tensor) => void): void;
}

type TapeNode = ReturnType<typeof tf.engine>["state"]["activeTape"][number];

/**
 * To be called at the end of a function whose gradients are taken. Of a parameter that one operation uses the gradient is known when that one's
 * backward pass has ended; those of others are left out: they come with all, at the end.
 */
export function watchGradients(variables: readonly tf.Variable[]): GradientWatch {
  const { activeTape } = tf.engine().state;
  const numbers = new Map(variables.map(({ id }, i) => [id, i]));
  const uses = new Map<number, { node: TapeNode; input: string }[]>();
  let signature = activeTape.length;
  for (const [place, node] of activeTape.entries()) {
    for (const [input, { id }] of Object.entries(node.inputs)) {
      const number = numbers.get(id);
      if (number === undefined) continue;
      uses.set(number, [...(uses.get(number) ?? []), { node, input }]);
      signature = mixed(mixed(signature, place), number);
    }
  }
  return {
    signature,
    begin: (ready) => {
      for (const [number, [only, ...others]] of uses) {
        if (others.length === 0) intercept(only!, (gradient) => ready(variables[number]!.name, gradient));
      }
    },
  };
}

function intercept({ node, input }: { node: TapeNode; input: string }, ready: (gradient: tf.Tensor) => void): void {
  const { gradient } = node;
  if (gradient === undefined) return;
  node.gradient = (dys) => {
    const ofInputs = gradient(dys);
    const original = ofInputs[input];
    if (original === undefined) return ofInputs;
    const told = () => {
      const value = original();
      ready(value);
      return value;
    };
    return { ...ofInputs, [input]: told };
  };
}

/** FNV-1a of whole numbers below 2^32. */
function mixed(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193) >>> 0;
}
