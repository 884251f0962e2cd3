/** PyTorch 2's own index of `torch.*` and `torch.Tensor.*` by its sections, but for in-place names, which end in an underscore. */
export const indexOfTorch: Readonly<Record<string, string>> = {
  Tensors: `is_tensor is_storage is_complex is_conj is_floating_point is_nonzero set_default_dtype get_default_dtype
    set_default_device get_default_device set_default_tensor_type numel set_printoptions set_flush_denormal`,
  Creation: `tensor sparse_coo_tensor sparse_csr_tensor sparse_csc_tensor sparse_bsr_tensor sparse_bsc_tensor asarray as_tensor
    as_strided from_file from_numpy from_dlpack frombuffer zeros zeros_like ones ones_like arange range linspace logspace eye
    empty empty_like empty_strided full full_like quantize_per_tensor quantize_per_channel dequantize complex polar heaviside`,
  'Indexing, slicing, joining': `adjoint argwhere cat concat concatenate conj chunk dsplit column_stack dstack gather hsplit hstack
    index_add index_copy index_reduce index_select masked_select movedim moveaxis narrow narrow_copy nonzero permute reshape
    row_stack select scatter diagonal_scatter select_scatter slice_scatter scatter_add scatter_reduce split squeeze stack
    swapaxes swapdims t take take_along_dim tensor_split tile transpose unbind unravel_index unsqueeze vsplit vstack where`,
  'Random sampling': `Generator seed manual_seed initial_seed get_rng_state set_rng_state default_generator bernoulli
    multinomial normal poisson rand rand_like randint randint_like randn randn_like randperm quasirandom.SobolEngine`,
  'Serialization, threads': `save load get_num_threads set_num_threads get_num_interop_threads set_num_interop_threads`,
  'Gradient mode': `no_grad enable_grad set_grad_enabled is_grad_enabled inference_mode is_inference_mode_enabled`,
  Pointwise: `abs absolute acos arccos acosh arccosh add addcdiv addcmul angle asin arcsin asinh arcsinh atan arctan atanh
    arctanh atan2 arctan2 bitwise_not bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift ceil clamp clip
    conj_physical copysign cos cosh deg2rad div divide digamma erf erfc erfinv exp exp2 expm1 fake_quantize_per_channel_affine
    fake_quantize_per_tensor_affine fix float_power floor floor_divide fmod frac frexp gradient imag ldexp lerp lgamma log log10
    log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor logit hypot i0 igamma igammac mul multiply
    mvlgamma nan_to_num neg negative nextafter polygamma positive pow quantized_batch_norm quantized_max_pool1d
    quantized_max_pool2d rad2deg real reciprocal remainder round rsqrt rsub sigmoid sign sgn signbit sin sinc sinh softmax sqrt
    square sub subtract tan tanh true_divide trunc xlogy`,
  Reductions: `argmax argmin amax amin aminmax all any max min dist logsumexp mean nanmean median nanmedian mode norm nansum
    prod quantile nanquantile std std_mean sum unique unique_consecutive var var_mean count_nonzero`,
  Comparisons: `allclose argsort eq equal ge greater_equal gt greater isclose isfinite isin isinf isposinf isneginf isnan isreal
    kthvalue le less_equal lt less maximum minimum fmax fmin ne not_equal sort topk msort`,
  Spectral: `stft istft bartlett_window blackman_window hamming_window hann_window kaiser_window`,
  Other: `atleast_1d atleast_2d atleast_3d bincount block_diag broadcast_tensors broadcast_to broadcast_shapes bucketize
    cartesian_prod cdist clone combinations corrcoef cov cross cummax cummin cumprod cumsum diag diag_embed diagflat diagonal diff
    einsum flatten flip fliplr flipud kron rot90 gcd histc histogram histogramdd meshgrid lcm logcumsumexp ravel renorm
    repeat_interleave roll searchsorted tensordot trace tril tril_indices triu triu_indices unflatten vander view_as_real
    view_as_complex resolve_conj resolve_neg`,
  'BLAS and LAPACK': `addbmm addmm addmv addr baddbmm bmm chain_matmul cholesky cholesky_inverse cholesky_solve dot geqrf ger
    inner inverse det logdet slogdet lu lu_solve lu_unpack matmul matrix_power matrix_exp mm mv orgqr ormqr outer pinverse qr svd
    svd_lowrank pca_lowrank lobpcg trapz trapezoid cumulative_trapezoid triangular_solve vdot`,
  Utilities: `compiled_with_cxx11_abi result_type can_cast promote_types use_deterministic_algorithms
    are_deterministic_algorithms_enabled is_deterministic_algorithms_warn_only_enabled set_deterministic_debug_mode
    get_deterministic_debug_mode set_float32_matmul_precision get_float32_matmul_precision set_warn_always
    is_warn_always_enabled vmap compile cond export`,
  'Methods and properties of Tensor alone': `T H mT mH new_tensor new_full new_empty new_ones new_zeros is_cuda is_quantized
    is_meta device grad ndim nbytes itemsize sspaddmm backward bfloat16 bool byte char contiguous cpu cuda chalf cfloat cdouble
    data_ptr dense_dim detach dim dim_order double element_size expand expand_as float get_device half hardshrink index_fill
    index_put indices int int_repr is_contiguous is_inference is_leaf is_pinned is_set_to is_shared is_signed is_sparse item long
    as_subclass masked_scatter masked_fill module_load smm ndimension nelement numpy pin_memory qscheme q_scale q_zero_point
    q_per_channel_scales q_per_channel_zero_points q_per_channel_axis record_stream register_hook
    register_post_accumulate_grad_hook repeat requires_grad reshape_as retain_grad retains_grad shape short size sparse_mask
    sparse_dim storage untyped_storage storage_offset storage_type stride sum_to_size to to_mkldnn tolist to_dense to_sparse
    to_sparse_csr to_sparse_csc to_sparse_bsr to_sparse_bsc type type_as unfold values view view_as xpu`,
};

/** Where our word is another one than PyTorch's in camelCase. */
export const otherWords: Readonly<Record<string, string>> = {
  var: 'variance',
  norm: 'norm',
  dim: 'ndim',
  ndimension: 'ndim',
  nelement: 'size',
  type: 'dtype',
  numpy: 'data',
  bool: 'to',
  int: 'to',
  float: 'to',
  double: 'to',
};

/** What is left out, by the reason. */
export const leftOut: Readonly<Record<string, string>> = {
  'Real numbers only: there are no complex dtypes.': `is_complex is_conj complex polar conj angle conj_physical imag real isreal
    view_as_real view_as_complex resolve_conj resolve_neg mH H chalf cfloat cdouble`,
  'Dense tensors only.': `sparse_coo_tensor sparse_csr_tensor sparse_csc_tensor sparse_bsr_tensor sparse_bsc_tensor sspaddmm
    dense_dim indices values sparse_mask sparse_dim to_dense to_sparse to_sparse_csr to_sparse_csc to_sparse_bsr to_sparse_bsc
    is_sparse smm`,
  'No quantized dtypes.': `quantize_per_tensor quantize_per_channel dequantize fake_quantize_per_channel_affine
    fake_quantize_per_tensor_affine quantized_batch_norm quantized_max_pool1d quantized_max_pool2d is_quantized int_repr qscheme
    q_scale q_zero_point q_per_channel_scales q_per_channel_zero_points q_per_channel_axis`,
  'Dtypes are float32, int32 and bool (float64 on the backend `cpu`, float16 there and on GPUs that have it), and `to` converts to all of them: others have no names.': `bfloat16 byte char
    half long short is_signed`,
  'Matrix factorizations, and what is computed by them: deep training does not need them; no backend has the kernels.': `cholesky
    cholesky_inverse cholesky_solve geqrf inverse det logdet slogdet lu lu_solve lu_unpack matrix_exp orgqr ormqr pinverse qr svd
    svd_lowrank pca_lowrank lobpcg triangular_solve`,
  'Fourier transforms and windows of signals.': `stft istft bartlett_window blackman_window hamming_window hann_window
    kaiser_window`,
  'Special functions that no layer, loss or optimizer uses.': 'i0 igamma igammac mvlgamma polygamma',
  'Needs the bits of a float, which kernels cannot see.': 'frexp nextafter',
  'Written in one line with what there is: differences by `diff`, counts by `histc`, with `eq` and `any`.': `gradient histogram
    histogramdd is_nonzero`,
  'Its draws per element are not a fixed number, which a counter-based generator needs.': 'poisson',
  'A `Generator` is an object: `manualSeed(n)`, `defaultGenerator.state`.': `seed initial_seed get_rng_state set_rng_state
    quasirandom.SobolEngine`,
  'Memory, devices and threads are the backend’s business: `useBackend`, `memory()`.': `is_storage set_default_device
    get_default_device as_strided empty_strided from_file from_dlpack get_num_threads set_num_threads get_num_interop_threads
    set_num_interop_threads is_cuda is_meta device nbytes itemsize cpu cuda xpu data_ptr dim_order element_size get_device
    is_pinned is_set_to is_shared pin_memory record_stream storage untyped_storage storage_offset storage_type stride to_mkldnn
    set_flush_denormal set_float32_matmul_precision get_float32_matmul_precision compiled_with_cxx11_abi`,
  'Results are the same at every run: there is nothing to switch.': `use_deterministic_algorithms
    are_deterministic_algorithms_enabled is_deterministic_algorithms_warn_only_enabled set_deterministic_debug_mode
    get_deterministic_debug_mode set_warn_always is_warn_always_enabled`,
  'Python’s: what comes from outside goes through `tensor(data)`, and `x instanceof Tensor` asks.': `is_tensor asarray as_tensor
    from_numpy frombuffer set_default_tensor_type set_printoptions as_subclass module_load`,
  'Old or double: `arange`; `zeros(shape, { dtype })` and the like; `x.to(other.dtype)`; `transpose(-2, -1)`; `noGrad`.': `range
    new_tensor new_full new_empty new_ones new_zeros type_as T mT set_grad_enabled inference_mode is_inference_mode_enabled
    is_inference is_floating_point`,
  'In other packages: `@evenkeel/formats` and `@evenkeel/nn-layers`.': 'save load hardshrink',
  'Not there yet.': `vmap cond export result_type can_cast register_hook register_post_accumulate_grad_hook is_leaf`,
};
