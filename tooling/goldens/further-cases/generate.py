"""Writes cases of tensor functions, computed by PyTorch in float64, in the format of ../cases (its README says what the keys mean).

Run: python3 generate.py tensor_functions.json   (Debian's python3-torch 1.13)
"""
import json, re, sys
import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)

def floats(*shape, low=-2.0, high=2.0):
    # Multiples of 1/64, which float32 holds exactly; no two equal in a tensor where there is room.
    n = 1
    for s in shape: n *= s
    steps = torch.randperm(max(n, int((high - low) * 64)))[:n]
    return (low + (steps.double() + 0.5) * ((high - low) / max(n, int((high - low) * 64)))).mul(1024).round().div(1024).reshape(shape)

x, y = floats(3, 4), floats(3, 4)
v, w, u3, w3 = floats(5), floats(5), floats(3), floats(3)
positive, unit = floats(3, 4, low=0.1, high=3), floats(3, 4, low=0.05, high=0.95)
ints, others = torch.tensor([[12, -7, 30], [0, 5, -18]]), torch.tensor([[10, 3, -12], [6, 0, 27]])
shifts = torch.tensor([[0, 1, 2], [3, 4, 5]])
mask = torch.tensor([[True, False, True, False], [False, False, True, True], [True, False, False, False]])
nan = torch.tensor([[1.0, float('nan'), 3.0, 2.5], [0.5, 4.0, -1.0, float('nan')]])
odd = torch.tensor([1.5, float('nan'), float('inf'), float('-inf'), -2.0])
index = torch.tensor([[0, 2, 1, 0], [1, 1, 2, 2]])
source = floats(2, 4)
ties = torch.tensor([[1.0, 2.0, 2.0, 3.0, 2.0], [4.0, 1.0, 1.0, 4.0, 0.0]])
cube = floats(2, 3, 4)
m23, m34, m45 = floats(2, 3), floats(3, 4), floats(4, 5)
b1, b2, c34 = floats(2, 3, 4), floats(2, 4, 5), floats(2, 3, 5)

cases = []
def case(call, grad=None, **inputs):
    names = {k: t.clone() for k, t in inputs.items()}
    wants = [k for k, t in names.items() if t.is_floating_point() and (grad is None or k in grad)]
    for k in wants: names[k].requires_grad_(True)
    scope = dict(names, torch=torch, F=F)
    try: exec(call, scope)
    except Exception as problem: return print(f'left out: {call}: {problem}')
    target = call.split('=')[0]
    outs = {name.strip(): scope[name.strip()] for name in target.split(',')}
    keys = [k for k, t in outs.items() if t.is_floating_point() and t.requires_grad]
    cotangent = {k: floats(*outs[k].shape) if outs[k].dim() else torch.tensor(0.75) for k in keys}
    grads = {}
    if keys:
        loss = sum((outs[k] * cotangent[k]).sum() for k in keys)
        try:
            found = torch.autograd.grad(loss, [names[k] for k in wants], allow_unused=True)
            grads = {k: g for k, g in zip(wants, found) if g is not None}
        except RuntimeError as problem:
            # PyTorch 1.13 lacks some derivatives that PyTorch 2 has.
            print(f'values alone: {call}: {problem}')
            cotangent, wants = {}, []
    full = re.search(r'=\s*([\w.]+)\(', call)
    op = full.group(1) if full and full.group(1).startswith(('torch', 'F')) else 'Tensor.getitem' if '= input[' in call else 'torch'
    n = sum(c['name'].split('#')[0] == op for c in cases)
    cases.append(dict(name=op + (f'#{n + 1}' if n else ''), op=op, mode='expr', call=call, attrs={},
        inputs={k: dict(tensor(t), requires_grad=k in wants) for k, t in names.items()}, params={},
        outputs={k: tensor(t) for k, t in outs.items()}, cotangent={k: tensor(t) for k, t in cotangent.items()},
        grads={k: tensor(g) for k, g in grads.items()}, rtol=1e-4, atol=1e-6))

def number(value):
    if value != value: return 'NaN'
    if value in (float('inf'), float('-inf')): return 'Infinity' if value > 0 else '-Infinity'
    return value

def tensor(t):
    t = t.detach()
    # Gradients that are zero may have no memory.
    if t.is_floating_point(): t = t + torch.zeros(t.shape)
    dtype = {torch.float64: 'float64', torch.int64: 'int64', torch.bool: 'bool'}[t.dtype]
    flat = t.flatten().tolist()
    return dict(shape=list(t.shape), dtype=dtype, data=[int(a) if dtype != 'float64' else number(a) for a in flat])

for name in 'erfc sinc deg2rad rad2deg sgn signbit positive asinh exp2'.split():
    case(f'output = torch.{name}(input)', input=x)
for name in 'erfinv logit asin acos atanh'.split():
    case(f'output = torch.{name}(input)', input=unit)
for name in 'lgamma digamma log10 acosh'.split():
    case(f'output = torch.{name}(input)', input=positive + (1 if name == 'acosh' else 0))
case('output = torch.lgamma(input)', input=floats(6, low=-4.9, high=9.5))
case('output = torch.digamma(input)', input=floats(6, low=-4.9, high=9.5))
case('output = torch.logit(input, eps=0.2)', input=unit)
case('output = torch.round(input, decimals=1)', input=x)
for name in 'hypot logaddexp logaddexp2 atan2 fmax fmin copysign'.split():
    case(f'output = torch.{name}(input, other)', grad=['input'] if name == 'copysign' else None, input=x, other=y[0])
case('output = torch.fmax(input, other)', input=nan, other=nan.flip(0))
case('output = torch.xlogy(input, other)', input=torch.tensor([0.0, 0.0, 1.5, -2.0]), other=torch.tensor([0.5, 2.0, 0.25, 3.0]))
case('output = torch.heaviside(input, values)', grad=[], input=torch.tensor([-1.5, 0.0, 2.0]), values=torch.tensor([0.5, 0.25, 0.75]))
case('output = torch.nan_to_num(input)', grad=[], input=torch.tensor([1.5, float('nan'), -2.0]))
case('output = torch.nan_to_num(input, nan=1.0, posinf=7.0, neginf=-7.0)', input=odd)
case('output = torch.floor_divide(input, other)', input=ints, other=torch.tensor([7, 4, 5]))
case('output = torch.true_divide(input, other)', input=x, other=positive)
case('output = torch.rsub(input, other, alpha=2)', input=x, other=y)
case('output = torch.addcmul(input, a, b, value=0.5)', input=x, a=y, b=positive)
case('output = torch.addcdiv(input, a, b, value=-2)', input=x, a=y, b=positive)
case('output = torch.ldexp(input, other)', grad=['input'], input=v, other=torch.tensor([0, 1, 2, -1, 3]))
for name in 'bitwise_and bitwise_or bitwise_xor gcd lcm'.split():
    case(f'output = torch.{name}(input, other)', input=ints, other=others)
case('output = torch.bitwise_not(input)', input=ints)
case('output = torch.bitwise_left_shift(input, other)', input=ints, other=shifts)
case('output = torch.bitwise_right_shift(input, other)', input=ints, other=shifts)
case('output = torch.isclose(input, other, rtol=0.01, atol=0.1)', grad=[], input=v, other=v + torch.tensor([0.0, 0.09, 0.2, -0.5, 0.05]))
case('output = torch.isclose(input, other, equal_nan=True)', grad=[], input=odd, other=odd)
case('output = torch.isin(input, other)', input=ints, other=torch.tensor([5, 12, 3]))
case('output = torch.isposinf(input)', grad=[], input=odd)
case('output = torch.isneginf(input)', grad=[], input=odd)

case('low, high = torch.aminmax(input)', input=x)
case('low, high = torch.aminmax(input, dim=1, keepdim=True)', input=x)
case('spread, middle = torch.var_mean(input, dim=1, unbiased=False)', input=x)
case('spread, middle = torch.std_mean(input, dim=0, keepdim=True)', input=x)
case('output = torch.std(input, dim=1)', input=torch.tensor([[2.0, 2.0, 2.0], [1.0, 2.0, 4.0]]))
case('output = torch.nansum(input, dim=1)', input=nan)
case('output = torch.nanmean(input, dim=0)', input=nan)
case('output = torch.count_nonzero(input, dim=1)', input=ints)
case('output = torch.norm(input)', input=x)
case('output = torch.norm(input, p=3, dim=1)', input=x)
case('output = torch.norm(input, p=1.5, dim=0, keepdim=True)', input=torch.tensor([[0.0, 0.0, 1.0], [0.0, -2.0, 3.0]]))
case("output = torch.norm(input, p=float('inf'), dim=1)", input=x)
for p in (1, 2, 3): case(f'output = torch.dist(input, other, {p})', input=x, other=y)
case('values, indices = torch.median(input, dim=1)', input=x)
case('output = torch.nanmedian(input)', input=nan)
case('values, indices = torch.nanmedian(input, dim=1, keepdim=True)', input=nan)
case('values, indices = torch.mode(input, dim=1)', input=ties)
case('output = torch.quantile(input, 0.3, dim=1, keepdim=True)', input=x)
case("output = torch.quantile(input, 0.6, interpolation='nearest')", input=x)
case('output = torch.nanquantile(input, 0.7, dim=1)', input=nan)
case('output = torch.histc(input, bins=5, min=-2, max=2)', grad=[], input=x)
case('output = torch.logcumsumexp(input, dim=1)', input=x)
case('values, indices = torch.cummax(input, dim=1)', input=x)
case('values, indices = torch.cummin(input, dim=0)', input=x)
case('output = torch.diff(input)', input=x)
case('output = torch.diff(input, n=2, dim=0)', input=x)
case('output = torch.diff(input, dim=1, prepend=first, append=last)', input=x, first=y[:, :1], last=y[:, 1:])
case('output = torch.trapezoid(input, dx=0.5)', input=x)
case('output = torch.cumulative_trapezoid(input, dx=0.5, dim=0)', input=x)
case('output = torch.renorm(input, p=2, dim=0, maxnorm=1.5)', input=x)
case('output = torch.cov(input)', input=x)
case('output = torch.corrcoef(input)', input=x)
case('values, indices = torch.kthvalue(input, 2, dim=1)', input=x)
case('output = torch.msort(input)', input=x)
case('output = torch.searchsorted(sorted, input, right=True)', grad=[], sorted=v.sort()[0], input=x)
case("output = torch.searchsorted(sorted, input, side='right')", grad=[], sorted=v.sort()[0], input=v)
case('output = torch.bucketize(input, boundaries)', grad=[], input=x, boundaries=v.sort()[0])
case('output = torch.unique(input)', grad=[], input=ties)
case('values, inverse, counts = torch.unique(input, return_inverse=True, return_counts=True)', grad=[], input=ties)
case('values, counts = torch.unique_consecutive(input, return_counts=True)', grad=[], input=ties)
case('output = torch.bincount(input)', input=torch.tensor([3, 1, 1, 0, 5]))
case('output = torch.bincount(input, weights=weights, minlength=8)', grad=[], input=torch.tensor([3, 1, 1, 0, 5]), weights=v)

case('output = torch.rot90(input, 1, [0, 1])', input=x)
case('output = torch.rot90(input, k=3, dims=[1, 2])', input=cube)
case('output = torch.fliplr(input)', input=x)
case('output = torch.flipud(input)', input=x)
case('output = torch.ravel(input)', input=x)
case('output = torch.swapaxes(input, 0, 2)', input=cube)
case('output = torch.moveaxis(input, [0, 1], [1, 2])', input=cube)
case('output = torch.adjoint(input)', input=cube)
for n in (1, 2, 3): case(f'output = torch.atleast_{n}d(input)', input=v)
for name in 'hstack vstack dstack column_stack'.split():
    case(f'output = torch.{name}([a, b])', a=v, b=w)
case('a, b, c = torch.tensor_split(input, 3, dim=1)', input=x)
case('a, b, c = torch.tensor_split(input, [1, 3], dim=1)', input=x)
case('a, b = torch.hsplit(input, 2)', input=x)
case('a, b, c = torch.vsplit(input, 3)', input=x)
case('a, b = torch.broadcast_tensors(x, y)', x=x, y=v[:4])
case("a, b = torch.meshgrid(x, y, indexing='xy')", x=u3, y=v)
case("a, b = torch.meshgrid(x, y, indexing='ij')", x=u3, y=v)
case('output = torch.block_diag(a, b, c)', a=m23, b=v, c=m34)
case('output = torch.cartesian_prod(a, b)', a=u3, b=v)
case('output = torch.combinations(input, r=3)', input=v)
case('output = torch.combinations(input, r=2, with_replacement=True)', input=v)
case('output = torch.tril_indices(3, 4, offset=1)')
case('output = torch.triu_indices(3, 4, offset=-1)')
case('output = torch.vander(input, N=4, increasing=True)', input=v)
case('output = torch.diag_embed(input, offset=1, dim1=0, dim2=2)', input=x)
case('output = torch.diagflat(input, 1)', input=v)
case('output = torch.trace(input)', input=x)
case('output = torch.diagonal(input, offset=1, dim1=0, dim2=2)', input=cube)
case('output = torch.logspace(-1, 2, 7)')
case('output = torch.unflatten(input, 1, (2, 2))', input=x)
case('output = torch.narrow_copy(input, 1, 1, 2)', grad=[], input=x)
case('output = input.expand_as(other)', grad=['input'], input=v[:4], other=x)
case('output = input.sum_to_size(1, 4)', input=x)

case('output = torch.take(input, index)', input=x, index=torch.tensor([[0, 11], [-1, 5]]))
case('output = input.put(index, source)', input=x, index=torch.tensor([0, 11, 5]), source=u3)
case('output = input.put(index, source, accumulate=True)', input=x, index=torch.tensor([0, 0, 5]), source=u3)
case('output = torch.index_copy(input, 0, index, source)', input=x, index=torch.tensor([2, 0]), source=source)
case('output = torch.index_fill(input, 1, index, 7.0)', input=x, index=torch.tensor([3, 1]))
case('output = torch.index_add(input, 0, index, source, alpha=-2)', input=x, index=torch.tensor([2, 2]), source=source)
case('output = torch.index_put(input, (rows, columns), values)', input=x, rows=torch.tensor([0, 2, 1]), columns=torch.tensor([3, 1, 0]), values=u3)
case('output = torch.index_put(input, (rows, columns), values, accumulate=True)', input=x, rows=torch.tensor([0, 2, 0]), columns=torch.tensor([3, 1, 3]), values=u3)
case('output = torch.index_reduce(input, 0, index, source, "amax")', input=x, index=torch.tensor([2, 2]), source=source)
case('output = torch.masked_scatter(input, mask, source)', input=x, mask=mask, source=floats(8))
case('output = torch.argwhere(input)', input=ints)
case('output = torch.nonzero(input)', input=ints)
case('output = torch.take_along_dim(input, indices, dim=1)', input=x, indices=torch.tensor([[0], [3], [2]]))
case('output = torch.scatter(input, 0, index, src)', grad=['input'], input=x, index=torch.tensor([[0, 2, 1, 0]]), src=source)
case('output = torch.scatter(input, 1, index, 5.0)', input=x, index=torch.tensor([[0], [3], [2]]))
case("output = torch.scatter(input, 0, index, src, reduce='add')", grad=[], input=x, index=index, src=source)
case("output = torch.scatter(input, 0, index, src, reduce='multiply')", grad=[], input=x, index=index, src=source)
for fold in 'sum prod mean amax amin'.split():
    for include in ('True', 'False'):
        case(f"output = torch.scatter_reduce(input, 0, index, src, reduce='{fold}', include_self={include})", input=x, index=index, src=source)
case("output = torch.scatter_reduce(input, 1, index, src, 'amax')", input=torch.tensor([[1.0, 2.0]]), index=torch.tensor([[0, 0, 1]]), src=torch.tensor([[1.0, 1.0, 0.5]]))
case('output = torch.select_scatter(input, src, 1, 2)', input=x, src=u3)
case('output = torch.slice_scatter(input, src, 1, 1, 4, 2)', input=x, src=floats(3, 2))
case('output = torch.diagonal_scatter(input, src, 1)', input=x, src=u3)

case('output = torch.inner(input, other)', input=x, other=y)
case('output = torch.vdot(input, other)', input=v, other=w)
case('output = torch.tensordot(a, b, dims=2)', a=cube, b=floats(3, 4, 2))
case('output = torch.tensordot(a, b, dims=([1, 2], [0, 1]))', a=cube, b=m34)
case('output = torch.baddbmm(input, batch1, batch2, beta=0.5, alpha=2)', input=c34, batch1=b1, batch2=b2)
case('output = torch.addbmm(input, batch1, batch2, beta=0.5, alpha=2)', input=c34[0], batch1=b1, batch2=b2)
case('output = torch.addmm(input, a, b, beta=0)', grad=['a', 'b'], input=floats(2, 4), a=m23, b=m34)
case('output = torch.addmv(input, mat, vec, beta=0.5, alpha=2)', input=u3, mat=x, vec=v[:4])
case('output = torch.addr(input, vec1, vec2, beta=0.5, alpha=2)', input=floats(3, 5), vec1=u3, vec2=v)
case('output = torch.kron(input, other)', input=m23, other=x)
case('output = torch.cross(input, other, dim=1)', input=floats(2, 3), other=floats(2, 3))
case('output = torch.linalg.cross(input, other)', input=floats(2, 3), other=floats(2, 3))
for p in ('1', '2.0', '3.0', "float('inf')"): case(f'output = torch.cdist(x1, x2, p={p})', grad=[] if 'inf' in p else None, x1=x, x2=floats(5, 4))
case('output = F.pdist(input, 2.0)', input=x)
case('output = torch.chain_matmul(a, b, c)', a=m23, b=m34, c=m45)
case('output = torch.matrix_power(input, 3)', input=floats(3, 3))
for order in ("'fro'", '1', '-1', "float('inf')", "-float('inf')"):
    case(f'output = torch.linalg.matrix_norm(input, {order})', input=cube)
case('output = torch.linalg.vector_norm(input, 3, dim=1)', input=x)
case('output = F.one_hot(input, 4)', input=torch.tensor([[0, 3], [1, 2]]))

# Reading by several tensors of positions, which broadcast, between numbers, slices, new dimensions and an ellipsis.
rows, columns = torch.tensor([0, 2, -1, 0]), torch.tensor([3, 1, 0, 3])
quad = floats(2, 3, 4, 2)
i3, i4, i2 = torch.tensor([0, -1]), torch.tensor([[1], [3], [1]]), torch.tensor([1, 0])
case('output = input[rows, columns]', input=x, rows=rows, columns=columns)
case('output = input[rows]', input=x, rows=rows)
case('output = input[rows, columns]', input=x, rows=torch.tensor([[0], [2]]), columns=torch.tensor([1, 1, 3]))
case('output = input[:, i, j]', input=quad, i=i3, j=i4)
case('output = input[i, :, j]', input=quad, i=i2, j=i4)
case('output = input[..., i, j]', input=quad, i=i4, j=i2)
case('output = input[i, ..., j]', input=quad, i=i2, j=i2)
case('output = input[1, i, :, j]', input=quad, i=i3, j=i2)
case('output = input[:, i, 2, j]', input=quad, i=i3, j=i2)
case('output = input[:, i, None, j]', input=quad, i=i3, j=i4)
case('output = input[None, i, 1:, j]', input=quad, i=i2, j=i4)
case('output = input[i, j, ::2, None]', input=quad, i=i2, j=i3)
case('output = input[i, j, k, l]', input=quad, i=i2, j=i3, k=i4, l=i2)
case('output = input[i, :, j]', input=quad, i=torch.tensor(1), j=i4)
case('output = input[i, j]', input=x, i=torch.tensor(-1), j=torch.tensor(2))
case('output = input[i, j]', input=x, i=torch.zeros(0, dtype=torch.int64), j=torch.zeros(0, dtype=torch.int64))

# Slices told apart; NaN is equal to nothing.
slices = torch.tensor([[2.0, 1.0, 2.0], [1.0, 1.0, 1.0], [2.0, 1.0, 2.0], [1.0, 0.0, 1.0], [1.0, 0.0, 1.0]])
for name in ('unique', 'unique_consecutive'):
    for dim in (0, 1, -1):
        case(f'values, inverse, counts = torch.{name}(input, return_inverse=True, return_counts=True, dim={dim})', grad=[], input=slices)
    case(f'output = torch.{name}(input, dim=1)', input=torch.tensor([[[1, 2], [1, 2], [0, 2]], [[3, 1], [3, 1], [3, 1]]]))
    case(f'values, inverse = torch.{name}(input, return_inverse=True, dim=0)', input=mask)
    case(f'values, counts = torch.{name}(input, return_counts=True, dim=0)', grad=[], input=torch.zeros(0, 3))
    case(f'values, inverse, counts = torch.{name}(input, return_inverse=True, return_counts=True)', grad=[], input=torch.zeros(2, 0))
case('values, counts = torch.unique_consecutive(input, return_counts=True, dim=0)', grad=[], input=torch.tensor([[1.0, float('nan')], [1.0, float('nan')]]))

# Norms that only count have gradient 0; the largest difference of several has all of it.
zeros_among = torch.tensor([[0.0, 1.5, 0.0], [0.0, 0.0, -2.0]])
case('output = torch.linalg.vector_norm(input, 0, dim=1)', input=zeros_among)
case('output = torch.linalg.vector_norm(input, 0)', input=zeros_among)
case('output = torch.norm(input, p=0, dim=0, keepdim=True)', input=zeros_among)
case('output = torch.dist(input, other, 0)', input=x, other=y)
near, far = torch.tensor([[0.0, 0.0, 0.0], [1.0, -1.0, 0.5]]), torch.tensor([[1.0, -1.0, 1.0], [1.0, -1.0, 0.5], [0.0, 2.0, -1.5]])
for p in ('0', '0.5', '1', '1.5', '2', '3', "float('inf')"): case(f'output = torch.cdist(x1, x2, p={p})', x1=near, x2=far)
for p in ('1', '3', "float('inf')"): case(f'output = F.pdist(input, {p})', input=far)

# What has no elements, where PyTorch defines it.
empty, lines, stacked = torch.zeros(0), torch.zeros(2, 0), torch.zeros(0, 3)
for e in (empty, lines, stacked):
    for name in 'sum mean prod var std any all nansum nanmean count_nonzero logsumexp'.split():
        for dim in (None, 0, -1):
            if dim == -1 and e.dim() == 1: continue
            if name == 'logsumexp' and dim is None: continue
            case(f'output = torch.{name}(input' + (')' if dim is None else f', dim={dim})'), input=e)
    for name in 'softmax log_softmax cumsum cumprod logcumsumexp sort'.split():
        for dim in (0, -1):
            if dim == -1 and e.dim() == 1: continue
            target = 'values, indices' if name == 'sort' else 'output'
            case(f'{target} = torch.{name}(input, dim={dim})', input=e)
    for p in ('0', '1', '2', '3'): case(f'output = torch.linalg.vector_norm(input, {p})', input=e)
    case('output = torch.norm(input, dim=0)', input=e)
    for call in ('abs(input)', 'flip(input, [0])', 'roll(input, 1, 0)', 'nonzero(input)', 'argwhere(input)', 'argsort(input)',
                 'diff(input)', 'ravel(input)', 'clone(input)', 'cat([input, input], dim=0)',
                 'stack([input, input])', 'cumsum(input * 2, dim=0)', 'where(input > 0, input, 1.0)', 'repeat_interleave(input, 2, dim=0)',
                 'nan_to_num(input)', 'tile(input, (2, 2))', 'masked_fill(input, input > 0, 1.0)'):
        case(f'output = torch.{call}', input=e)
for e, dim in ((lines, 0), (stacked, 1)):
    for name in 'amax amin argmax argmin'.split(): case(f'output = torch.{name}(input, dim={dim})', input=e)
    for name in 'max min median mode kthvalue cummax cummin'.split():
        case(f'values, indices = torch.{name}(input, ' + ('1, ' if name == 'kthvalue' else '') + f'dim={dim})', input=e)
case('values, indices = torch.topk(input, 0)', input=x)
case('values, indices = torch.topk(input, 0, dim=0)', input=lines)
case('output = torch.matmul(input, other)', input=torch.zeros(2, 0), other=torch.zeros(0, 3))
case('output = torch.matmul(input, other)', input=torch.zeros(0, 2), other=m23)
case('output = torch.matmul(input, other)', input=torch.zeros(4, 2, 0), other=torch.zeros(0, 3))
case('output = torch.bmm(input, other)', input=torch.zeros(0, 2, 3), other=torch.zeros(0, 3, 4))
case('output = torch.bmm(input, other)', input=torch.zeros(2, 3, 0), other=torch.zeros(2, 0, 4))
case('output = torch.mv(input, other)', input=torch.zeros(2, 0), other=empty)
case('output = torch.dot(input, other)', input=empty, other=torch.zeros(0))
case('output = torch.outer(input, other)', input=empty, other=v)
case('output = torch.inner(input, other)', input=torch.zeros(2, 0), other=torch.zeros(3, 0))
case('output = torch.addmm(input, a, b)', input=m23, a=torch.zeros(2, 0), b=torch.zeros(0, 3))
case('output = torch.baddbmm(input, a, b)', input=torch.zeros(0, 2, 3), a=torch.zeros(0, 2, 4), b=torch.zeros(0, 4, 3))
case("output = torch.einsum('ij,jk->ik', a, b)", a=torch.zeros(2, 0), b=torch.zeros(0, 3))
case('output = torch.tensordot(a, b, dims=1)', a=torch.zeros(2, 0), b=torch.zeros(0, 3))
case('output = torch.kron(input, other)', input=torch.zeros(0, 2), other=m23)
case('output = torch.cdist(x1, x2)', x1=torch.zeros(0, 3), x2=m23)
for p in ('1', '2', "float('inf')"): case(f'output = torch.cdist(x1, x2, p={p})', x1=torch.zeros(2, 0), x2=torch.zeros(3, 0))
case('output = torch.trace(input)', input=torch.zeros(0, 0))
case('output = torch.diag(input)', input=empty)
case('output = torch.tril(input)', input=torch.zeros(2, 0))
case('output = torch.index_select(input, 0, index)', input=x, index=torch.zeros(0, dtype=torch.int64))
case('output = torch.gather(input, 1, index)', input=x, index=torch.zeros(3, 0, dtype=torch.int64))
case('output = torch.index_add(input, 0, index, source)', input=x, index=torch.zeros(0, dtype=torch.int64), source=torch.zeros(0, 4))
case('output = torch.scatter_add(input, 0, index, src)', input=x, index=torch.zeros(0, 4, dtype=torch.int64), src=torch.zeros(0, 4))
case('output = torch.masked_select(input, mask)', input=x, mask=x > 9)
case('output = torch.take(input, index)', input=x, index=torch.zeros(0, 2, dtype=torch.int64))
case('output = torch.searchsorted(sorted, input)', grad=[], sorted=empty, input=v)
case('output = torch.histc(input, bins=3, min=0, max=1)', grad=[], input=empty)
case('output = torch.bincount(input, minlength=3)', input=torch.zeros(0, dtype=torch.int64))
case('output = F.one_hot(input, 4)', input=torch.zeros(0, dtype=torch.int64))
case('output = F.pad(input, (1, 2))', input=torch.zeros(2, 0))
case('output = F.linear(input, weight, bias)', input=torch.zeros(0, 3), weight=m23, bias=torch.zeros(2))
case('output = F.linear(input, weight, bias)', input=torch.zeros(4, 0), weight=torch.zeros(2, 0), bias=v[:2])
case('output = F.relu(input)', input=stacked)
case('output = F.embedding(input, weight)', input=torch.zeros(0, 2, dtype=torch.int64), weight=m23)
case('output = F.conv1d(input, weight, bias)', input=torch.zeros(0, 2, 5), weight=floats(3, 2, 2), bias=u3)
case('output = F.conv2d(input, weight, bias, padding=1)', input=torch.zeros(0, 2, 4, 4), weight=floats(3, 2, 3, 3), bias=u3)
case('output = F.conv_transpose2d(input, weight, bias, stride=2)', input=torch.zeros(0, 2, 4, 4), weight=floats(2, 3, 3, 3), bias=u3)
case('output = F.max_pool2d(input, 2)', input=torch.zeros(0, 2, 4, 4))
case('output = F.avg_pool2d(input, 2)', input=torch.zeros(0, 2, 4, 4))
case('output = F.adaptive_avg_pool2d(input, 2)', input=torch.zeros(0, 2, 4, 4))
case("output = F.interpolate(input, scale_factor=2, mode='bilinear')", input=torch.zeros(0, 2, 4, 4))
case('output = F.layer_norm(input, [3], weight, bias)', input=torch.zeros(0, 3), weight=u3, bias=w3)
case('output = F.layer_norm(input, [3], weight, bias)', input=torch.zeros(2, 0, 3), weight=u3, bias=w3)
case('output = F.group_norm(input, 2, weight, bias)', input=torch.zeros(0, 4, 3), weight=v[:4], bias=w[:4])
case('output = F.normalize(input)', input=stacked)
labels = torch.zeros(0, dtype=torch.int64)
for reduction in ('mean', 'sum', 'none'):
    case(f"output = F.cross_entropy(input, target, reduction='{reduction}')", input=stacked, target=labels)
    case(f"output = F.nll_loss(input, target, reduction='{reduction}')", input=stacked, target=labels)
    case(f"output = F.cross_entropy(input, target, reduction='{reduction}')", input=torch.zeros(2, 3, 0), target=torch.zeros(2, 0, dtype=torch.int64))
    for name in 'mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy_with_logits soft_margin_loss kl_div'.split():
        case(f"output = F.{name}(input, target, reduction='{reduction}')", grad=['input'], input=stacked, target=torch.zeros(0, 3))

# Layers and losses of a batch of none.
image, targets = torch.zeros(0, 4, 6, 6), torch.zeros(0, 3)
for call in ('gelu(input)', 'silu(input)', 'softplus(input)', 'elu(input)', 'leaky_relu(input)', 'hardswish(input)', 'mish(input)', 'glu(input, dim=1)',
             'logsigmoid(input)', 'pixel_shuffle(input, 2)', 'unfold(input, 2)', 'lp_pool2d(input, 2, 2)', 'adaptive_max_pool2d(input, 2)',
             'local_response_norm(input, 3)', 'instance_norm(input)',
             "interpolate(input, size=3, mode='nearest')", "interpolate(input, size=3, mode='bicubic')", "interpolate(input, size=3, mode='area')",
             "pad(input, (1, 1, 1, 1), mode='reflect')", "pad(input, (1, 1, 1, 1), mode='replicate')", "pad(input, (1, 1, 1, 1), mode='circular')"):
    case(f'output = F.{call}', input=image)
case('output = F.batch_norm(input, mean, variance, weight, bias)', grad=['input', 'weight', 'bias'], input=image, mean=w3.new_zeros(4), variance=positive[0], weight=v[:4], bias=w[:4])
case('output = F.conv1d(input, weight, bias, stride=2, groups=2)', input=torch.zeros(0, 2, 7), weight=floats(4, 1, 3), bias=v[:4])
case('output = F.conv3d(input, weight)', input=torch.zeros(0, 1, 3, 3, 3), weight=floats(2, 1, 2, 2, 2))
case('output = F.conv_transpose1d(input, weight, padding=1)', input=torch.zeros(0, 2, 5), weight=floats(2, 3, 3))
case('output = F.max_pool1d(input, 2)', input=torch.zeros(0, 2, 6))
case('output = F.bilinear(a, b, weight)', a=torch.zeros(0, 2), b=torch.zeros(0, 3), weight=floats(4, 2, 3))
case('output = F.cosine_similarity(a, b)', a=stacked, b=targets)
case('output = F.pairwise_distance(a, b)', a=stacked, b=targets)
case('output = F.normalize(input, p=1)', input=stacked)
ones = torch.zeros(0)
for reduction in ('mean', 'sum', 'none'):
    for call in ('binary_cross_entropy(input, target', 'poisson_nll_loss(input, target', 'hinge_embedding_loss(input, target',
                 'multilabel_soft_margin_loss(input, target', 'cross_entropy(input, target'):
        case(f"output = F.{call}, reduction='{reduction}')", grad=['input'], input=stacked, target=targets)
    case(f"output = F.cross_entropy(input, target, label_smoothing=0.1, reduction='{reduction}')", input=stacked, target=labels)
    case(f"output = F.cross_entropy(input, target, weight=weight, reduction='{reduction}')", grad=['input'], input=stacked, target=labels, weight=u3.abs())
    case(f"output = F.cross_entropy(input, target, ignore_index=1, reduction='{reduction}')", input=floats(2, 3), target=torch.tensor([1, 1]))
    case(f"output = F.margin_ranking_loss(a, b, target, reduction='{reduction}')", grad=['a', 'b'], a=ones, b=ones, target=ones)
    # PyTorch leaves this mean as it finds the memory.
    if reduction != 'mean': case(f"output = F.multi_margin_loss(input, target, reduction='{reduction}')", input=stacked, target=labels)
    case(f"output = F.triplet_margin_loss(a, b, c, reduction='{reduction}')", a=stacked, b=targets, c=targets)
    case(f"output = F.cosine_embedding_loss(a, b, target, reduction='{reduction}')", grad=['a', 'b'], a=stacked, b=targets, target=ones)
    case(f"output = F.gaussian_nll_loss(input, target, var, reduction='{reduction}')", grad=['input', 'var'], input=stacked, target=targets, var=targets)

# Further options.
case('output = torch.add(input, other, alpha=-0.5)', input=x, other=y[0])
case('output = torch.sub(input, other, alpha=3)', input=ints, other=others)
case('output = torch.masked_fill(input, mask, value)', input=x, mask=mask, value=torch.tensor(0.75))
case('output = torch.index_fill(input, 1, index, value)', input=x, index=torch.tensor([3, 1]), value=torch.tensor(0.75))
case('output = torch.take_along_dim(input, indices)', input=x, indices=torch.tensor([[0, 11], [3, 3]]))
case('output = torch.searchsorted(sorted, input, sorter=sorter)', grad=[], sorted=v, input=x, sorter=v.argsort())
case('output = torch.searchsorted(sorted, input, right=True, sorter=sorter)', grad=[], sorted=x, input=floats(3, 2), sorter=x.argsort())
case('output = torch.trapezoid(input, places)', input=x, places=positive[0].cumsum(0))
case('output = torch.trapezoid(input, places, dim=0)', input=x, places=positive.cumsum(0))
case('output = torch.trapezoid(input, places, dim=0)', input=x, places=u3)
case('output = torch.cumulative_trapezoid(input, places, dim=1)', input=x, places=positive.cumsum(1))
often, much = torch.tensor([1, 0, 3, 2]), torch.tensor([0.5, 2.0, 1.25, 0.25])
case('output = torch.cov(input, fweights=often)', input=x, often=often)
case('output = torch.cov(input, aweights=much)', grad=['input'], input=x, much=much)
case('output = torch.cov(input, correction=0, fweights=often, aweights=much)', grad=['input'], input=x, often=often, much=much)
case('output = torch.cov(input, correction=2, fweights=often, aweights=much)', grad=['input'], input=x, often=often, much=much)
case('output = torch.cov(input, fweights=often)', input=x[0], often=often)
for way in 'linear lower higher midpoint nearest'.split():
    case(f"output = torch.nanquantile(input, 0.6, dim=1, interpolation='{way}')", input=nan)
    case(f"output = torch.nanquantile(input, q, keepdim=True, interpolation='{way}')", grad=['input'], input=nan, q=torch.tensor([0.125, 0.5, 1.0]))
    case(f"output = torch.quantile(input, q, dim=0, interpolation='{way}')", grad=['input'], input=x, q=torch.tensor([0.125, 0.5, 1.0]))

# Shrinking without letting fine patterns through.
picture = floats(1, 2, 6, 7)
for mode in ('bilinear', 'bicubic'):
    for rest in ('size=(3, 2)', 'size=4', 'size=(9, 5)', 'scale_factor=0.4', 'scale_factor=(0.5, 1.7)',
                 'scale_factor=0.6, recompute_scale_factor=True', 'size=(3, 4), align_corners=True', 'size=(1, 3), align_corners=True', 'size=(6, 7)'):
        case(f"output = F.interpolate(input, {rest}, mode='{mode}', antialias=True)", input=picture)

json.dump({'format': 1, 'torch': '1.13.1', 'category': 'tensor_functions', 'set': 'own', 'cases': cases}, open(sys.argv[1], 'w'), separators=(',', ':'))
print(len(cases), 'cases')
