import { type TorchList, words } from './torch-list.ts';

const same = (name: string): string => name;
const layersAreThere = 'not written here; nn-layers has all it takes';
const boxes = 'detection needs operations on boxes (nms, roi_align), which are not here';
const sound = 'there is nothing for sound';

export const visionModels: TorchList = {
  title: 'Vision (`torchvision.models`)',
  names: words(`
    AlexNet ConvNeXt DenseNet EfficientNet GoogLeNet Inception3 MaxVit MNASNet MobileNetV2 MobileNetV3 RegNet ResNet
    resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d wide_resnet50_2 ShuffleNetV2 SqueezeNet
    SwinTransformer VGG VisionTransformer segmentation.FCN segmentation.DeepLabV3 segmentation.LRASPP
    detection.FasterRCNN detection.FCOS detection.RetinaNet detection.SSD detection.MaskRCNN detection.KeypointRCNN
    video.VideoResNet video.MViT video.S3D video.SwinTransformer3d optical_flow.RAFT`),
  here: same,
  elsewhere: {
    GoogLeNet: '`SmallInception`, of the same blocks: `Inception`',
    VisionTransformer: '`ViT`, whose defaults are those of vit_b_16',
    resnet101: "`new ResNet([3, 4, 23, 3], { block: 'bottleneck' })`",
    resnet152: "`new ResNet([3, 8, 36, 3], { block: 'bottleneck' })`",
  },
  leftOut: {
    ...Object.fromEntries(
      words(`AlexNet ConvNeXt DenseNet EfficientNet Inception3 MaxVit MNASNet MobileNetV2 MobileNetV3 RegNet ShuffleNetV2
      SqueezeNet SwinTransformer VGG segmentation.FCN segmentation.DeepLabV3 segmentation.LRASPP video.VideoResNet
      video.MViT video.S3D video.SwinTransformer3d optical_flow.RAFT`).map((name) => [name, layersAreThere]),
    ),
    ...Object.fromEntries(
      words(`detection.FasterRCNN detection.FCOS detection.RetinaNet detection.SSD detection.MaskRCNN
      detection.KeypointRCNN`).map((name) => [name, boxes]),
    ),
    resnext50_32x4d: 'the bottlenecks have no groups',
    wide_resnet50_2: 'the bottlenecks have one width',
  },
};

export const exampleModels: TorchList = {
  title: "PyTorch's examples (`pytorch/examples`)",
  names: words(`
    dcgan fast_neural_style gat gcn imagenet language_translation mnist mnist_forward_forward mnist_hogwild mnist_rnn
    regression reinforcement_learning siamese_network super_resolution time_sequence_prediction vae vision_transformer
    word_language_model distributed fx cpp`),
  here: same,
  elsewhere: {
    dcgan: '`DCGANGenerator`, `DCGANDiscriminator`',
    gcn: '`GCN`',
    imagenet: '`ResNet`',
    language_translation: '`Seq2SeqTransformer`',
    mnist: '`LeNet`',
    mnist_rnn: '`LSTM` of `@evenkeel/nn-layers`, over rows of pixels',
    regression: '`Linear` of `@evenkeel/nn-layers`',
    reinforcement_learning: '`DQNAgent` on the same `CartPole`; no policy gradients',
    time_sequence_prediction: '`LSTMCell` of `@evenkeel/nn-layers`',
    vae: '`VAE`',
    vision_transformer: '`ViT`',
    word_language_model: '`LSTMLanguageModel`, `GPT`',
  },
  leftOut: {
    fast_neural_style: 'needs a trained VGG',
    gat: 'no attention over the neighbors of a graph',
    mnist_forward_forward: layersAreThere,
    siamese_network: layersAreThere,
    super_resolution: layersAreThere,
    mnist_hogwild: 'training is in one process',
    distributed: 'training is in one process',
    fx: 'modules are not rewritten as graphs',
    cpp: 'another language',
  },
};

export const tutorialModels: TorchList = {
  title: "PyTorch's tutorials that build a model (`pytorch/tutorials`)",
  names: words(`
    quickstart_tutorial cifar10_tutorial nn_tutorial transfer_learning_tutorial torchvision_tutorial vt_tutorial
    fgsm_tutorial dcgan_faces_tutorial spatial_transformer_tutorial neural_style_tutorial
    transformer_tutorial char_rnn_classification_tutorial char_rnn_generation_tutorial seq2seq_translation_tutorial
    text_sentiment_ngrams_tutorial translation_transformer word_embeddings_tutorial sequence_models_tutorial
    chatbot_tutorial reinforcement_q_learning reinforcement_ppo mario_rl_tutorial coding_ddpg
    speech_command_classification_with_torchaudio_tutorial`),
  here: same,
  elsewhere: {
    quickstart_tutorial: '`MLP`',
    cifar10_tutorial: '`LeNet` with 3 channels, `resnet20`',
    nn_tutorial: '`MLP`, `LeNet`',
    transfer_learning_tutorial: '`resnet18`, which takes the checkpoint of torchvision',
    vt_tutorial: '`ViT`',
    fgsm_tutorial: '`LeNet`; the gradient of an image is as any other',
    dcgan_faces_tutorial: '`DCGANGenerator`, `DCGANDiscriminator`',
    spatial_transformer_tutorial: '`affineGrid` of `@evenkeel/nn-layers`, `gridSample` of `@evenkeel/nn-layers`',
    transformer_tutorial: '`GPT`',
    char_rnn_classification_tutorial: '`LSTMClassifier`',
    char_rnn_generation_tutorial: '`LSTMLanguageModel`',
    seq2seq_translation_tutorial: '`Seq2SeqTransformer` in place of recurrent layers',
    text_sentiment_ngrams_tutorial: '`EmbeddingBag` of `@evenkeel/nn-layers` and `Linear` of `@evenkeel/nn-layers`',
    translation_transformer: '`Seq2SeqTransformer`',
    word_embeddings_tutorial: '`Embedding` of `@evenkeel/nn-layers`',
    sequence_models_tutorial: '`LSTM` of `@evenkeel/nn-layers`',
    chatbot_tutorial: '`Seq2SeqTransformer` in place of recurrent layers',
    reinforcement_q_learning: '`DQNAgent`, `ReplayBuffer`, `CartPole`',
  },
  leftOut: {
    torchvision_tutorial: boxes,
    neural_style_tutorial: 'needs a trained VGG',
    reinforcement_ppo: 'no policy gradients',
    mario_rl_tutorial: 'needs an emulator of the game',
    coding_ddpg: 'no policy gradients',
    speech_command_classification_with_torchaudio_tutorial: sound,
  },
};
