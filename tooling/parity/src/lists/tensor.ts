import { camelCase, type TorchList, words } from './torch-list.ts';

const reverseOnly = 'derivatives go backward only';
const noHooks = 'the recorded computation has no hooks';
const noFactorizations = 'matrix factorizations, and what is computed by them: networks do not need them';
const noLayer = 'no layer, loss or optimizer uses it';

/** But for the modes of recording, which `torch` has too: docs/tensor-functions.md lists them. */
export const differentiation: TorchList = {
  title: 'Differentiation (`torch.autograd`)',
  names: words(`
    backward grad Function gradcheck gradgradcheck detect_anomaly set_detect_anomaly
    functional.jacobian functional.hessian functional.vjp functional.jvp functional.vhp functional.hvp
    forward_ad.dual_level forward_ad.make_dual forward_ad.unpack_dual
    graph.saved_tensors_hooks graph.save_on_cpu graph.disable_saved_tensors_hooks graph.register_multi_grad_hook
    graph.allow_mutation_on_saved_tensors graph.get_gradient_edge graph.increment_version`),
  // What is called `grad` here is that of `torch.func`.
  here: (name) => (name === 'grad' ? 'autograd.grad' : camelCase(name)),
  elsewhere: {
    grad: '`gradients`',
    backward: 'a method of tensors',
    Function: '`customGradient`',
    'functional.vjp': '`gradients` with gradOutputs',
    'functional.jacobian': '`gradients` of each output',
    'functional.hessian': '`gradients` of each of the `gradients` with createGraph',
    'functional.hvp': '`gradients` of `gradients` with createGraph, times the vector',
    'functional.vhp': 'as functional.hvp: a Hessian is symmetric',
  },
  leftOut: {
    gradcheck: 'the tests have one; it is not exported',
    gradgradcheck: 'the tests have one; it is not exported',
    detect_anomaly: 'training stops at a loss or gradient norm that is not finite, but the operation is not named',
    set_detect_anomaly: 'see detect_anomaly',
    'functional.jvp': reverseOnly,
    'forward_ad.dual_level': reverseOnly,
    'forward_ad.make_dual': reverseOnly,
    'forward_ad.unpack_dual': reverseOnly,
    'graph.saved_tensors_hooks': noHooks,
    'graph.save_on_cpu': noHooks,
    'graph.disable_saved_tensors_hooks': noHooks,
    'graph.register_multi_grad_hook': noHooks,
    'graph.get_gradient_edge': noHooks,
    'graph.allow_mutation_on_saved_tensors': 'nothing is mutated but leaves',
    'graph.increment_version': 'nothing is mutated but leaves',
  },
};

export const functionTransforms: TorchList = {
  title: 'Functions of functions (`torch.func`)',
  names: words(`
    vmap grad grad_and_value vjp jvp linearize jacrev jacfwd hessian functionalize functional_call stack_module_state`),
  here: camelCase,
  elsewhere: {
    grad_and_value: '`valueAndGrad`, the value first',
    vjp: '`gradients` with gradOutputs',
    jacrev: '`gradients` of each output',
    hessian: '`gradients` of each of the `gradients` with createGraph',
  },
  leftOut: {
    jvp: reverseOnly,
    linearize: reverseOnly,
    jacfwd: reverseOnly,
    functionalize: 'operations are functional already',
    functional_call: 'a module reads its own parameters',
    stack_module_state: 'there is no vmap to run such a stack',
  },
};

export const linearAlgebra: TorchList = {
  title: 'Linear algebra (`torch.linalg`)',
  names: words(`
    norm vector_norm matrix_norm diagonal det slogdet cond matrix_rank cholesky qr lu lu_factor eig eigvals eigh eigvalsh
    svd svdvals solve solve_triangular lu_solve lstsq inv pinv matrix_exp matrix_power cross matmul vecdot multi_dot
    householder_product tensorinv tensorsolve vander cholesky_ex inv_ex solve_ex lu_factor_ex ldl_factor ldl_factor_ex
    ldl_solve`),
  here: camelCase,
  elsewhere: {
    vecdot: '`mul`, then `sum` of the last dimension',
    multi_dot: '`chainMatmul`',
  },
  leftOut: Object.fromEntries(
    words(`det slogdet cond matrix_rank cholesky qr lu lu_factor eig eigvals eigh eigvalsh svd svdvals solve
    solve_triangular lu_solve lstsq inv pinv matrix_exp householder_product tensorinv tensorsolve cholesky_ex inv_ex
    solve_ex lu_factor_ex ldl_factor ldl_factor_ex ldl_solve`).map((name) => [name, noFactorizations]),
  ),
};

export const specialFunctions: TorchList = {
  title: 'Special functions (`torch.special`)',
  names: words(`
    airy_ai bessel_j0 bessel_j1 digamma entr erf erfc erfcx erfinv exp2 expit expm1 gammainc gammaincc gammaln i0 i0e i1
    i1e log1p log_ndtr log_softmax logit logsumexp multigammaln ndtr ndtri polygamma psi round scaled_modified_bessel_k0
    scaled_modified_bessel_k1 sinc softmax spherical_bessel_j0 xlog1py xlogy zeta`),
  here: camelCase,
  elsewhere: {
    expit: '`sigmoid`',
    gammaln: '`lgamma`',
    psi: '`digamma`',
    entr: '`xlogy` of x with itself, negated',
    ndtr: 'half of `erfc` of −x / √2',
    ndtri: '√2 times `erfinv` of 2x − 1',
    xlog1py: '`xlogy` of x and 1 + y',
  },
  leftOut: Object.fromEntries(
    words(`airy_ai bessel_j0 bessel_j1 erfcx gammainc gammaincc i0 i0e i1 i1e log_ndtr multigammaln polygamma
    scaled_modified_bessel_k0 scaled_modified_bessel_k1 spherical_bessel_j0 zeta`).map((name) => [name, noLayer]),
  ),
};
