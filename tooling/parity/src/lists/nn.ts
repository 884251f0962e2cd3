import { camelCase, type TorchList, words } from './torch-list.ts';

const same = (name: string): string => name;
const lazy = 'sizes are given; nothing is inferred at the first call';
const sequenceTools = 'variable lengths are an option, lengths; results are as of packed sequences';

export const modules: TorchList = {
  title: 'Modules (`torch.nn`)',
  names: words(`
    Module Sequential ModuleList ModuleDict ParameterList ParameterDict Identity Flatten Unflatten
    Linear Bilinear LazyLinear Embedding EmbeddingBag
    Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d LazyConv3d Unfold Fold
    MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d AvgPool1d AvgPool2d AvgPool3d
    FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d
    AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d
    ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d
    ZeroPad1d ZeroPad2d ZeroPad3d ConstantPad1d ConstantPad2d ConstantPad3d CircularPad1d CircularPad2d CircularPad3d
    ELU Hardshrink Hardsigmoid Hardtanh Hardswish LeakyReLU LogSigmoid PReLU ReLU ReLU6 RReLU SELU CELU GELU
    Sigmoid SiLU Mish Softplus Softshrink Softsign Tanh Tanhshrink Threshold GLU
    Softmin Softmax Softmax2d LogSoftmax AdaptiveLogSoftmaxWithLoss
    BatchNorm1d BatchNorm2d BatchNorm3d LazyBatchNorm1d SyncBatchNorm GroupNorm
    InstanceNorm1d InstanceNorm2d InstanceNorm3d LayerNorm LocalResponseNorm RMSNorm
    RNN LSTM GRU RNNCell LSTMCell GRUCell
    MultiheadAttention Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer TransformerDecoderLayer
    Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout
    CosineSimilarity PairwiseDistance
    L1Loss MSELoss CrossEntropyLoss CTCLoss NLLLoss PoissonNLLLoss GaussianNLLLoss KLDivLoss BCELoss BCEWithLogitsLoss
    MarginRankingLoss HingeEmbeddingLoss MultiLabelMarginLoss HuberLoss SmoothL1Loss SoftMarginLoss
    MultiLabelSoftMarginLoss CosineEmbeddingLoss MultiMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss
    PixelShuffle PixelUnshuffle Upsample UpsamplingNearest2d UpsamplingBilinear2d ChannelShuffle`),
  here: same,
  elsewhere: {
    ParameterList: 'an array of parameters as a property',
    ParameterDict: 'parameters as properties',
    UpsamplingNearest2d: "`new Upsample({ mode: 'nearest' })`",
    UpsamplingBilinear2d: "`new Upsample({ mode: 'bilinear', alignCorners: true })`",
  },
  leftOut: {
    LazyLinear: lazy,
    LazyConv1d: lazy,
    LazyConv2d: lazy,
    LazyConv3d: lazy,
    LazyBatchNorm1d: lazy,
    SyncBatchNorm: 'comes with training over several workers',
    FractionalMaxPool2d: 'hardly used, and its random regions are PyTorch’s own',
    FractionalMaxPool3d: 'hardly used, and its random regions are PyTorch’s own',
  },
};

export const functions: TorchList = {
  title: 'Functions (`torch.nn.functional`)',
  names: words(`
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d unfold fold
    avg_pool1d avg_pool2d avg_pool3d max_pool1d max_pool2d max_pool3d max_unpool1d max_unpool2d max_unpool3d
    lp_pool1d lp_pool2d lp_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d
    adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d
    scaled_dot_product_attention threshold relu hardtanh hardswish relu6 elu selu celu leaky_relu prelu rrelu glu gelu
    logsigmoid hardshrink tanhshrink softsign softplus softmin softmax softshrink gumbel_softmax log_softmax tanh sigmoid
    hardsigmoid silu mish batch_norm group_norm instance_norm layer_norm local_response_norm rms_norm normalize
    linear bilinear dropout alpha_dropout feature_alpha_dropout dropout1d dropout2d dropout3d
    embedding embedding_bag one_hot pairwise_distance cosine_similarity pdist
    binary_cross_entropy binary_cross_entropy_with_logits poisson_nll_loss cosine_embedding_loss cross_entropy ctc_loss
    gaussian_nll_loss hinge_embedding_loss kl_div l1_loss mse_loss margin_ranking_loss multilabel_margin_loss
    multilabel_soft_margin_loss multi_margin_loss nll_loss huber_loss smooth_l1_loss soft_margin_loss
    triplet_margin_loss triplet_margin_with_distance_loss
    pixel_shuffle pixel_unshuffle pad interpolate upsample grid_sample affine_grid`),
  here: camelCase,
  elsewhere: {
    unfold: '`im2col` of `@evenkeel/tensor`',
    fold: '`col2im` of `@evenkeel/tensor`',
    one_hot: '`oneHot` of `@evenkeel/tensor`',
    pad: '`pad` of `@evenkeel/tensor`',
    upsample: '`interpolate`; deprecated in PyTorch',
  },
  leftOut: {},
};

export const initializers: TorchList = {
  title: 'Initializers (`torch.nn.init`, here `init`)',
  names: words(`
    calculate_gain uniform_ normal_ constant_ ones_ zeros_ eye_ dirac_ xavier_uniform_ xavier_normal_ kaiming_uniform_
    kaiming_normal_ trunc_normal_ orthogonal_ sparse_`),
  here: camelCase,
  elsewhere: {},
  leftOut: {},
};

export const utilities: TorchList = {
  title: 'Utilities (`torch.nn.utils`)',
  names: words(`
    clip_grad_norm_ clip_grad_value_ parameters_to_vector vector_to_parameters weight_norm remove_weight_norm
    spectral_norm remove_spectral_norm rnn.pack_padded_sequence rnn.pad_packed_sequence rnn.pad_sequence`),
  here: camelCase,
  elsewhere: {
    clip_grad_norm_: '`clipGradNorm` of `@evenkeel/optimizers`',
    clip_grad_value_: '`clipGradValue` of `@evenkeel/optimizers`',
    parameters_to_vector: '`parametersToVector` of `@evenkeel/optimizers`',
    vector_to_parameters: '`vectorToParameters` of `@evenkeel/optimizers`',
    'rnn.pack_padded_sequence': sequenceTools,
    'rnn.pad_packed_sequence': sequenceTools,
    'rnn.pad_sequence': '`padSequences` of `@evenkeel/data`',
  },
  leftOut: {},
};
