import * as nn from '@evenkeel/nn-layers';
import * as api from '@evenkeel/tensor';
import { layer } from '../program/modules.ts';
import { direct, type OperationTable } from '../program/operation.ts';

const convolution = 'in_channels, out_channels, kernel_size | stride, padding, dilation, groups, bias, padding_mode';
const transposed =
  'in_channels, out_channels, kernel_size | stride, padding, output_padding, groups, bias, dilation, padding_mode';
const recurrent = 'input_size, hidden_size | num_layers, bias, batch_first, dropout, bidirectional';
const maxPool = 'kernel_size | stride, padding, dilation, return_indices, ceil_mode';
const averagePool = 'kernel_size | stride, padding, ceil_mode, count_include_pad, divisor_override';
const transformerLayer =
  'd_model, nhead | dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias';
const attentionInputs =
  'query, key, value | key_padding_mask, need_weights, attn_mask, average_attn_weights, is_causal';
const decoderInputs =
  'tgt, memory | tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask, tgt_is_causal, memory_is_causal';

/** The layers of `torch.nn` that hold parameters or move windows. */
export const layers: OperationTable = {
  'nn.Linear': layer(nn, 'Linear', 'in_features, out_features | bias'),
  'nn.functional.linear': direct(nn, 'linear', 'input, weight, bias'),
  'nn.Bilinear': layer(nn, 'Bilinear', 'in1_features, in2_features, out_features | bias', 'input1, input2'),
  'nn.functional.bilinear': direct(nn, 'bilinear', 'input1, input2, weight, bias'),
  'nn.Identity': layer(nn, 'Identity', ''),
  'nn.Flatten': layer(nn, 'Flatten', '| start_dim, end_dim'),
  'nn.Unflatten': layer(nn, 'Unflatten', 'dim, unflattened_size'),
  'nn.Sequential': layer(nn, 'Sequential', '*modules'),
  'nn.Dropout': layer(nn, 'Dropout', 'p'),
  'nn.functional.dropout': direct(nn, 'dropout', 'input | p, training'),
  'nn.Dropout1d': layer(nn, 'Dropout1d', 'p'),
  'nn.Dropout2d': layer(nn, 'Dropout2d', 'p'),
  'nn.Dropout3d': layer(nn, 'Dropout3d', 'p'),
  'nn.AlphaDropout': layer(nn, 'AlphaDropout', 'p'),
  'nn.FeatureAlphaDropout': layer(nn, 'FeatureAlphaDropout', 'p'),
  'nn.Embedding': layer(
    nn,
    'Embedding',
    'num_embeddings, embedding_dim | padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse',
  ),
  'nn.functional.embedding': direct(
    nn,
    'embedding',
    'input, weight | padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse',
  ),
  'nn.EmbeddingBag': layer(
    nn,
    'EmbeddingBag',
    'num_embeddings, embedding_dim | max_norm, norm_type, scale_grad_by_freq, mode, sparse, include_last_offset, padding_idx',
    'input, offsets | per_sample_weights',
  ),

  'nn.Conv1d': layer(nn, 'Conv1d', convolution),
  'nn.Conv2d': layer(nn, 'Conv2d', convolution),
  'nn.Conv3d': layer(nn, 'Conv3d', convolution),
  'nn.functional.conv1d': direct(nn, 'conv1d', 'input, weight, bias | stride, padding, dilation, groups'),
  'nn.functional.conv2d': direct(nn, 'conv2d', 'input, weight, bias | stride, padding, dilation, groups'),
  'nn.functional.conv3d': direct(nn, 'conv3d', 'input, weight, bias | stride, padding, dilation, groups'),
  'nn.ConvTranspose1d': layer(nn, 'ConvTranspose1d', transposed),
  'nn.ConvTranspose2d': layer(nn, 'ConvTranspose2d', transposed),
  'nn.ConvTranspose3d': layer(nn, 'ConvTranspose3d', transposed),
  'nn.functional.conv_transpose1d': direct(
    nn,
    'convTranspose1d',
    'input, weight, bias | stride, padding, output_padding, groups, dilation',
  ),
  'nn.functional.conv_transpose2d': direct(
    nn,
    'convTranspose2d',
    'input, weight, bias | stride, padding, output_padding, groups, dilation',
  ),
  'nn.functional.conv_transpose3d': direct(
    nn,
    'convTranspose3d',
    'input, weight, bias | stride, padding, output_padding, groups, dilation',
  ),

  'nn.MaxPool1d': layer(nn, 'MaxPool1d', maxPool),
  'nn.MaxPool2d': layer(nn, 'MaxPool2d', maxPool),
  'nn.MaxPool3d': layer(nn, 'MaxPool3d', maxPool),
  'nn.AvgPool1d': layer(nn, 'AvgPool1d', averagePool),
  'nn.AvgPool2d': layer(nn, 'AvgPool2d', averagePool),
  'nn.AvgPool3d': layer(nn, 'AvgPool3d', averagePool),
  'nn.functional.max_pool1d': direct(nn, 'maxPool1d', `input, ${maxPool}`),
  'nn.functional.max_pool2d': direct(nn, 'maxPool2d', `input, ${maxPool}`),
  'nn.functional.max_pool3d': direct(nn, 'maxPool3d', `input, ${maxPool}`),
  'nn.functional.avg_pool1d': direct(nn, 'avgPool1d', `input, ${averagePool}`),
  'nn.functional.avg_pool2d': direct(nn, 'avgPool2d', `input, ${averagePool}`),
  'nn.functional.avg_pool3d': direct(nn, 'avgPool3d', `input, ${averagePool}`),
  'nn.functional.lp_pool1d': direct(nn, 'lpPool1d', 'input, norm_type, kernel_size | stride, ceil_mode'),
  'nn.functional.lp_pool2d': direct(nn, 'lpPool2d', 'input, norm_type, kernel_size | stride, ceil_mode'),
  'nn.LPPool1d': layer(nn, 'LPPool1d', 'norm_type, kernel_size | stride, ceil_mode'),
  'nn.LPPool2d': layer(nn, 'LPPool2d', 'norm_type, kernel_size | stride, ceil_mode'),
  'nn.AdaptiveAvgPool1d': layer(nn, 'AdaptiveAvgPool1d', 'output_size'),
  'nn.AdaptiveAvgPool2d': layer(nn, 'AdaptiveAvgPool2d', 'output_size'),
  'nn.AdaptiveMaxPool1d': layer(nn, 'AdaptiveMaxPool1d', 'output_size | return_indices'),
  'nn.AdaptiveMaxPool2d': layer(nn, 'AdaptiveMaxPool2d', 'output_size | return_indices'),
  'nn.AdaptiveAvgPool3d': layer(nn, 'AdaptiveAvgPool3d', 'output_size'),
  'nn.AdaptiveMaxPool3d': layer(nn, 'AdaptiveMaxPool3d', 'output_size | return_indices'),
  'nn.functional.adaptive_avg_pool1d': direct(nn, 'adaptiveAvgPool1d', 'input, output_size'),
  'nn.functional.adaptive_avg_pool2d': direct(nn, 'adaptiveAvgPool2d', 'input, output_size'),
  'nn.functional.adaptive_max_pool1d': direct(nn, 'adaptiveMaxPool1d', 'input, output_size | return_indices'),
  'nn.functional.adaptive_max_pool2d': direct(nn, 'adaptiveMaxPool2d', 'input, output_size | return_indices'),
  'nn.Upsample': layer(nn, 'Upsample', '| size, scale_factor, mode, align_corners, recompute_scale_factor'),
  'nn.functional.interpolate': direct(
    nn,
    'interpolate',
    'input | size, scale_factor, mode, align_corners, recompute_scale_factor, antialias',
  ),
  'nn.PixelShuffle': layer(nn, 'PixelShuffle', 'upscale_factor'),
  'nn.PixelUnshuffle': layer(nn, 'PixelUnshuffle', 'downscale_factor'),
  'nn.functional.pixel_shuffle': direct(nn, 'pixelShuffle', 'input, upscale_factor'),
  'nn.functional.pixel_unshuffle': direct(nn, 'pixelUnshuffle', 'input, downscale_factor'),
  'nn.functional.grid_sample': direct(nn, 'gridSample', 'input, grid | mode, padding_mode, align_corners'),
  'nn.functional.affine_grid': direct(nn, 'affineGrid', 'theta, size | align_corners'),
  'nn.functional.max_unpool1d': direct(nn, 'maxUnpool1d', 'input, indices, kernel_size | stride, padding, output_size'),
  'nn.functional.max_unpool2d': direct(nn, 'maxUnpool2d', 'input, indices, kernel_size | stride, padding, output_size'),
  'nn.ZeroPad2d': layer(nn, 'ZeroPad2d', 'padding'),
  'nn.ConstantPad1d': layer(nn, 'ConstantPad1d', 'padding, value'),
  'nn.ConstantPad2d': layer(nn, 'ConstantPad2d', 'padding, value'),
  'nn.ReflectionPad1d': layer(nn, 'ReflectionPad1d', 'padding'),
  'nn.ReflectionPad2d': layer(nn, 'ReflectionPad2d', 'padding'),
  'nn.ReplicationPad1d': layer(nn, 'ReplicationPad1d', 'padding'),
  'nn.ReplicationPad2d': layer(nn, 'ReplicationPad2d', 'padding'),
  'nn.ZeroPad1d': layer(nn, 'ZeroPad1d', 'padding'),
  'nn.ZeroPad3d': layer(nn, 'ZeroPad3d', 'padding'),
  'nn.ConstantPad3d': layer(nn, 'ConstantPad3d', 'padding, value'),
  'nn.ReflectionPad3d': layer(nn, 'ReflectionPad3d', 'padding'),
  'nn.ReplicationPad3d': layer(nn, 'ReplicationPad3d', 'padding'),
  'nn.CircularPad1d': layer(nn, 'CircularPad1d', 'padding'),
  'nn.CircularPad2d': layer(nn, 'CircularPad2d', 'padding'),
  'nn.CircularPad3d': layer(nn, 'CircularPad3d', 'padding'),
  'nn.ChannelShuffle': layer(nn, 'ChannelShuffle', 'groups'),
  'nn.Unfold': layer(nn, 'Unfold', 'kernel_size | dilation, padding, stride'),
  'nn.Fold': layer(nn, 'Fold', 'output_size, kernel_size | dilation, padding, stride'),
  'nn.functional.unfold': direct(api, 'im2col', 'input, kernel_size | dilation, padding, stride'),
  'nn.functional.fold': direct(api, 'col2im', 'input, output_size, kernel_size | dilation, padding, stride'),

  'nn.RNN': layer(nn, 'RNN', `${recurrent}, nonlinearity`, 'input, hx'),
  'nn.LSTM': layer(nn, 'LSTM', `${recurrent}, proj_size`, 'input, hx'),
  'nn.GRU': layer(nn, 'GRU', recurrent, 'input, hx'),
  'nn.RNNCell': layer(nn, 'RNNCell', 'input_size, hidden_size | bias, nonlinearity', 'input, hx'),
  'nn.LSTMCell': layer(nn, 'LSTMCell', 'input_size, hidden_size | bias', 'input, hx'),
  'nn.GRUCell': layer(nn, 'GRUCell', 'input_size, hidden_size | bias', 'input, hx'),

  'nn.MultiheadAttention': layer(
    nn,
    'MultiheadAttention',
    'embed_dim, num_heads | dropout, bias, add_bias_kv, add_zero_attn, kdim, vdim, batch_first',
    attentionInputs,
  ),
  'nn.functional.scaled_dot_product_attention': direct(
    nn,
    'scaledDotProductAttention',
    'query, key, value | attn_mask, dropout_p, is_causal, scale, enable_gqa',
  ),
  'formula.sdpa': direct(
    nn,
    'scaledDotProductAttention',
    'query, key, value | attn_mask, dropout_p, is_causal, scale, enable_gqa',
  ),
  'nn.TransformerEncoderLayer': layer(
    nn,
    'TransformerEncoderLayer',
    transformerLayer,
    'src | src_mask, src_key_padding_mask, is_causal',
  ),
  'nn.TransformerDecoderLayer': layer(nn, 'TransformerDecoderLayer', transformerLayer, decoderInputs),
  'nn.TransformerEncoder': layer(
    nn,
    'TransformerEncoder',
    'encoder_layer, num_layers | norm, enable_nested_tensor',
    'src | mask, src_key_padding_mask, is_causal',
  ),
  'nn.TransformerDecoder': layer(nn, 'TransformerDecoder', 'decoder_layer, num_layers | norm', decoderInputs),
  'nn.Transformer': layer(
    nn,
    'Transformer',
    '| d_model, nhead, num_encoder_layers, num_decoder_layers, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias',
    'src, tgt | src_mask, tgt_mask, memory_mask, src_key_padding_mask, tgt_key_padding_mask, memory_key_padding_mask, src_is_causal, tgt_is_causal, memory_is_causal',
  ),
  'formula.positional_encoding': direct(nn, 'positionalEncoding', 'length, d_model | base'),
};
