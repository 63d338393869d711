/** A mixture-of-experts layer (Shazeer et al. 2017, equation 1 and appendices C and E): x + dropout(σ(Σ gate · E(x))). */
import { definedGates } from "./gating.ts";
import { type DefinedParameters, times } from "./parameters.ts";
import type { Pass, Rows } from "./pass.ts";
import type { StackSettings } from "./settings.ts";
import { add, constant, multiply, relu, sigmoid, type Vector } from "./vector.ts";

/** `index`: which of the model's mixture-of-experts layers it is, for keys that list a value for each. */
export function expertLayer(
  parameters: DefinedParameters,
  name: string,
  index: number,
  x: Rows,
  settings: StackSettings,
  pass: Pass,
): Rows {
  const gate = definedGates[settings.gating];
  const options = {
    experts: settings.num_experts_by_layer[index] ?? settings.num_experts,
    used: settings.num_experts_per_tok_by_layer[index] ?? settings.num_experts_per_tok,
    groups: settings.num_expert_groups,
    groupsUsed: settings.num_expert_groups_per_tok,
    importanceWeight: settings.importance_loss_weight,
    loadWeight: settings.load_loss_weight,
    zWeight: settings.router_z_loss_weight,
  };
  const { gates, loss } = gate(parameters, `${name}.gate`, x, options, pass);
  if (loss !== undefined) pass.balance.push(loss);
  const experts = Array.from({ length: options.experts }, (_, expert) =>
    network(parameters, `${name}.experts`, expert, settings),
  );
  const isShared = settings.shared_expert_hidden_size > 0;
  const shared = isShared ? [network(parameters, `${name}.shared_expert`, 0, settings)] : [];
  const outputs = x.map((row, position) => {
    const chosen = [...gates[position]!].map(([expert, weight]) => multiply(experts[expert]!(row), weight));
    const all = [...chosen, ...shared.map((expert) => expert(row))];
    // A position without experts passes through.
    if (all.length === 0) return constant(new Float64Array(row.size));
    const sum = all.reduce((a, b) => add(a, b));
    return settings.moe_output === "sigmoid" ? sigmoid(sum) : sum;
  });
  return addToInput(x, outputs, settings, pass);
}

/** relu(x W1) W2, or with gated linear units (Dauphin et al. 2017): (x W1 ∘ σ(x Wg)) W2. */
function network(
  parameters: DefinedParameters,
  name: string,
  expert: number,
  { expert_activation }: StackSettings,
): (x: Vector) => Vector {
  const inner = parameters.matrixOf(`${name}.inner`, expert);
  const outer = parameters.matrixOf(`${name}.outer`, expert);
  if (expert_activation === "relu") return (x) => times(relu(times(x, inner)), outer);
  const gate = parameters.matrixOf(`${name}.inner_gate`, expert);
  return (x) => times(multiply(times(x, inner), sigmoid(times(x, gate))), outer);
}

/** The dense network of MoE-1-Deep (appendix C.1) in the same place: `expert_layers` ReLU layers, then one without. */
export function deepExpert(
  parameters: DefinedParameters,
  name: string,
  x: Rows,
  settings: StackSettings & { expert_layers: number },
  pass: Pass,
): Rows {
  const outputs = x.map((row) => {
    let y = row;
    for (let layer = 1; layer <= settings.expert_layers; layer++) {
      y = relu(times(y, parameters.matrix(`${name}.inner${layer}`)));
    }
    const sum = times(y, parameters.matrix(`${name}.outer`));
    return settings.moe_output === "sigmoid" ? sigmoid(sum) : sum;
  });
  return addToInput(x, outputs, settings, pass);
}

function addToInput(x: Rows, outputs: Rows, { moe_dropout }: StackSettings, pass: Pass): Rows {
  const dropped = pass.dropout(outputs, moe_dropout);
  return x.map((row, position) => add(row, dropped[position]!));
}
