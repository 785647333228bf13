"""Knows which names a pickle may ask for, and which give away the machine.

Only what is listed as harmless passes, name by name: an attribute of an allowed class, or a
function that an allowed module happens to import, is another name. The list of harmful ones
makes a finding worse, and is never what a file is judged by alone.
"""

from __future__ import annotations

from enum import IntEnum

AS_OF = "2026-11"
"""When the lists were last compared with what the libraries write."""


class Trust(IntEnum):
    """What is known of a name."""

    HARMLESS = 0
    UNKNOWN = 1
    HARMFUL = 2


_HARMLESS = {
    "builtins": (
        "bool bytearray bytes complex dict float frozenset int list object range set slice str"
        " tuple xrange unicode long Ellipsis NotImplemented"
    ),
    "collections": "OrderedDict Counter defaultdict deque",
    "copyreg": "_reconstructor",
    "_codecs": "encode",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "uuid": "UUID",
    "array": "array _array_reconstructor",
    "pathlib": "PurePath PurePosixPath PureWindowsPath Path PosixPath WindowsPath",
    "types": "SimpleNamespace",
    "argparse": "Namespace",
    "numpy": (
        "dtype ndarray bool_ bool float16 float32 float64 longdouble int8 int16 int32 int64 uint8"
        " uint16 uint32 uint64 intc uintc longlong ulonglong complex64 complex128 str_ bytes_"
        " void datetime64 timedelta64 object_ matrix recarray mean median"
    ),
    "numpy.core.multiarray": "_reconstruct scalar",
    "numpy._core.multiarray": "_reconstruct scalar",
    "numpy.core.numeric": "_frombuffer",
    "numpy._core.numeric": "_frombuffer",
    "numpy.ma.core": "_mareconstruct MaskedArray",
    "numpy.dtypes": (
        "BoolDType Float16DType Float32DType Float64DType Int8DType Int16DType Int32DType"
        " Int64DType UInt8DType UInt16DType UInt32DType UInt64DType ObjectDType StrDType"
        " BytesDType StringDType"
    ),
    "numpy.random._pickle": "__randomstate_ctor __generator_ctor __bit_generator_ctor",
    "numpy.random._mt19937": "MT19937",
    "numpy.random._pcg64": "PCG64 PCG64DXSM",
    "numpy.random._philox": "Philox",
    "numpy.random._sfc64": "SFC64",
    "numpy.random.bit_generator": "SeedSequence __pyx_unpickle_SeedSequence",
    "joblib.numpy_pickle": "NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper",
    "torch": (
        "Size device dtype layout memory_format Tensor Generator FloatStorage DoubleStorage"
        " HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage"
        " BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage"
        " QInt32Storage QUInt4x2Storage float16 float32 float64 bfloat16 float half double int8"
        " int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64 complex128 qint8 quint8"
        " qint32 quint4x2 float8_e4m3fn float8_e5m2 per_tensor_affine per_channel_affine"
        " channels_last contiguous_format strided sparse_coo BoolTensor FloatTensor LongTensor"
        " HalfTensor BFloat16Tensor IntTensor ByteTensor DoubleTensor"
    ),
    "torch.cuda": (
        "FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage"
        " ShortStorage CharStorage ByteStorage BoolStorage FloatTensor LongTensor HalfTensor"
    ),
    "torch._utils": (
        "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter"
        " _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor"
        " _rebuild_meta_tensor_no_storage _rebuild_nested_tensor _rebuild_device_tensor_from_numpy"
    ),
    "torch._tensor": "_rebuild_from_type_v2",
    "torch.storage": "UntypedStorage TypedStorage _UntypedStorage _TypedStorage",
    "torch.serialization": "_get_layout",
    "torch.nn.parameter": "Parameter Buffer UninitializedParameter",
    "torch.jit._pickle": (
        "build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id"
        " restore_type_tag"
    ),
    "scipy.sparse": "csr_matrix csc_matrix coo_matrix csr_array csc_array",
    "scipy.sparse._csr": "csr_matrix csr_array",
    "scipy.sparse._csc": "csc_matrix csc_array",
    "scipy.sparse._coo": "coo_matrix coo_array",
    "scipy.sparse.csr": "csr_matrix",
    "scipy.sparse.csc": "csc_matrix",
    "pandas": (
        "Timestamp Timedelta DataFrame Series Index MultiIndex RangeIndex Categorical"
        " CategoricalDtype StringDtype"
    ),
    "pandas.arrays": "DatetimeArray StringArray",
    "scipy.interpolate._bsplines": "BSpline",
    "pandas.core.frame": "DataFrame",
    "pandas.core.series": "Series",
    "pandas.core.internals.managers": "BlockManager SingleBlockManager",
    "pandas.core.internals.blocks": "new_block",
    "pandas._libs.internals": "_unpickle_block BlockManager",
    "pandas.core.indexes.base": "_new_Index Index",
    "pandas.core.indexes.range": "RangeIndex",
    "pandas.core.indexes.multi": "MultiIndex",
    "pandas.core.indexes.datetimes": "DatetimeIndex _new_DatetimeIndex",
    "pandas._libs.arrays": "__pyx_unpickle_NDArrayBacked",
    "pandas.core.arrays.categorical": "Categorical",
    "pandas.core.dtypes.dtypes": "CategoricalDtype",
    "pandas._libs.tslibs.timestamps": "_unpickle_timestamp",
    "xgboost.core": "Booster",
    "xgboost.sklearn": (
        "XGBClassifier XGBRegressor XGBRanker XGBModel XGBRFClassifier XGBRFRegressor"
    ),
    "lightgbm.basic": "Booster",
    "lightgbm.sklearn": "LGBMClassifier LGBMRegressor LGBMRanker LGBMModel",
    "transformers.training_args": "TrainingArguments OptimizerNames",
    "transformers.training_args_seq2seq": "Seq2SeqTrainingArguments",
    "transformers.trainer_utils": "IntervalStrategy SchedulerType HubStrategy SaveStrategy",
    "transformers.trainer_pt_utils": "AcceleratorConfig",
    "transformers.integrations.deepspeed": "HfDeepSpeedConfig HfTrainerDeepSpeedConfig",
    "accelerate.state": "PartialState AcceleratorState",
    "accelerate.utils.dataclasses": "DistributedType DeepSpeedPlugin",
    "pytorch_lightning.utilities.parsing": "AttributeDict",
    "pytorch_lightning.callbacks.model_checkpoint": "ModelCheckpoint",
    "pytorch_lightning.callbacks.early_stopping": "EarlyStopping",
    "lightning.fabric.utilities.data": "AttributeDict",
    "lightning_fabric.utilities.data": "AttributeDict",
    "omegaconf.dictconfig": "DictConfig",
    "omegaconf.listconfig": "ListConfig",
    "omegaconf.base": "Metadata ContainerMetadata",
    "omegaconf.nodes": "AnyNode StringNode IntegerNode FloatNode BooleanNode",
    "typing": "Any",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Of scikit-learn by the class alone: the modules have moved often, and a class of this name is
# always the same one. Classes outside of the public list are what fitted estimators hold.
_OF_SKLEARN = _words(
    """
    ARDRegression AdaBoostClassifier AdaBoostRegressor AdditiveChi2Sampler AffinityPropagation
    AgglomerativeClustering BaggingClassifier BaggingRegressor BayesianGaussianMixture
    BayesianRidge BernoulliNB BernoulliRBM Binarizer Birch BisectingKMeans CCA
    CalibratedClassifierCV CategoricalNB ClassicalMDS ClassifierChain ColumnTransformer
    ComplementNB CountVectorizer DBSCAN DecisionTreeClassifier DecisionTreeRegressor
    DictVectorizer DictionaryLearning DummyClassifier DummyRegressor ElasticNet ElasticNetCV
    EllipticEnvelope EmpiricalCovariance ExtraTreeClassifier ExtraTreeRegressor
    ExtraTreesClassifier ExtraTreesRegressor FactorAnalysis FastICA FeatureAgglomeration
    FeatureHasher FeatureUnion FixedThresholdClassifier FrozenEstimator FunctionTransformer
    GammaRegressor GaussianMixture GaussianNB GaussianProcessClassifier GaussianProcessRegressor
    GaussianRandomProjection GenericUnivariateSelect GradientBoostingClassifier
    GradientBoostingRegressor GraphicalLasso GraphicalLassoCV GridSearchCV HDBSCAN
    HashingVectorizer HistGradientBoostingClassifier HistGradientBoostingRegressor
    HuberRegressor IncrementalPCA IsolationForest Isomap IsotonicRegression KBinsDiscretizer
    KMeans KNNImputer KNeighborsClassifier KNeighborsRegressor KNeighborsTransformer
    KernelCenterer KernelDensity KernelPCA KernelRidge LabelBinarizer LabelEncoder
    LabelPropagation LabelSpreading Lars LarsCV Lasso LassoCV LassoLars LassoLarsCV LassoLarsIC
    LatentDirichletAllocation LedoitWolf LinearDiscriminantAnalysis LinearRegression LinearSVC
    LinearSVR LocalOutlierFactor LocallyLinearEmbedding LogisticRegression LogisticRegressionCV
    MDS MLPClassifier MLPRegressor MaxAbsScaler MeanShift MinCovDet MinMaxScaler
    MiniBatchDictionaryLearning MiniBatchKMeans MiniBatchNMF MiniBatchSparsePCA MissingIndicator
    MultiLabelBinarizer MultiOutputClassifier MultiOutputRegressor MultiTaskElasticNet
    MultiTaskElasticNetCV MultiTaskLasso MultiTaskLassoCV MultinomialNB NMF NearestCentroid
    NearestNeighbors NeighborhoodComponentsAnalysis Normalizer NuSVC NuSVR Nystroem OAS OPTICS
    OneClassSVM OneHotEncoder OneVsOneClassifier OneVsRestClassifier OrdinalEncoder
    OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV OutputCodeClassifier PCA PLSCanonical
    PLSRegression PLSSVD PassiveAggressiveClassifier PassiveAggressiveRegressor PatchExtractor
    Perceptron Pipeline PoissonRegressor PolynomialCountSketch PolynomialFeatures
    PowerTransformer QuadraticDiscriminantAnalysis QuantileRegressor QuantileTransformer
    RANSACRegressor RBFSampler RFE RFECV RadiusNeighborsClassifier RadiusNeighborsRegressor
    RadiusNeighborsTransformer RandomForestClassifier RandomForestRegressor RandomTreesEmbedding
    RandomizedSearchCV RegressorChain Ridge RidgeCV RidgeClassifier RidgeClassifierCV
    RobustScaler SGDClassifier SGDOneClassSVM SGDRegressor SVC SVR SelectFdr SelectFpr
    SelectFromModel SelectFwe SelectKBest SelectPercentile SelfTrainingClassifier
    SequentialFeatureSelector ShrunkCovariance SimpleImputer SkewedChi2Sampler SparseCoder
    SparsePCA SparseRandomProjection SpectralBiclustering SpectralClustering
    SpectralCoclustering SpectralEmbedding SplineTransformer StackingClassifier
    StackingRegressor StandardScaler TSNE TargetEncoder TfidfTransformer TfidfVectorizer
    TheilSenRegressor TransformedTargetRegressor TruncatedSVD TunedThresholdClassifierCV
    TweedieRegressor VarianceThreshold VotingClassifier VotingRegressor Bunch Tree BallTree
    KDTree BinaryTree BallTree32 BallTree64 KDTree32 KDTree64 newObj EuclideanDistance
    EuclideanDistance32 EuclideanDistance64 ManhattanDistance ManhattanDistance64
    MinkowskiDistance MinkowskiDistance64 ChebyshevDistance64 HaversineDistance64
    CyHalfBinomialLoss CyHalfPoissonLoss CyHalfSquaredError CyHalfGammaLoss CyHalfTweedieLoss
    CyHalfTweedieLossIdentity CyHalfMultinomialLoss CyAbsoluteError CyPinballLoss CyHuberLoss
    CyExponentialLoss HalfBinomialLoss HalfPoissonLoss HalfSquaredError HalfGammaLoss
    HalfTweedieLoss HalfTweedieLossIdentity HalfMultinomialLoss AbsoluteError PinballLoss
    HuberLoss ExponentialLoss IdentityLink LogLink LogitLink HalfLogitLink Interval
    MultinomialLogit BinomialDeviance MultinomialDeviance LeastSquaresError ZeroEstimator
    _CalibratedClassifier _SigmoidCalibration _CFNode _CFSubcluster _BisectingTree
    _kmeans_single_lloyd _kmeans_single_elkan _BinMapper TreePredictor f_classif f_regression
    chi2 mutual_info_classif mutual_info_regression _BinaryGaussianProcessClassifierLaplace
    ConstantKernel Product Sum RBF Matern RationalQuadratic ExpSineSquared DotProduct
    WhiteKernel CompoundKernel Exponentiation Hyperparameter Hinge SquaredHinge Log
    ModifiedHuber SquaredLoss EpsilonInsensitive Huber AdamOptimizer SGDOptimizer
    _ConstantPredictor BestSplitter RandomSplitter MSE Gini Entropy KFold StratifiedKFold
    _RemainderColsList
    """
)

# Modules all of whose names are harmful, with what lies below them.
_HARMFUL = _words(
    """
    os posix nt posixpath ntpath sys subprocess runpy pty shutil socket ssl importlib imp
    pkgutil zipimport pickle _pickle pickletools marshal shelve ctypes cffi code codeop pdb bdb
    timeit cProfile profile trace tracemalloc webbrowser requests urllib http httplib ftplib
    telnetlib smtplib poplib imaplib nntplib xmlrpc asyncio aiohttp httpx multiprocessing
    threading _thread thread concurrent operator _operator functools _functools commands popen2
    platform tempfile glob io _io pip ensurepip venv pydoc pydoc_data doctest unittest idlelib
    lib2to3 distutils _osx_support _aix_support _pyrepl setuptools pkg_resources inspect gc
    signal logging builtin dill cloudpickle jsonpickle yaml types __main__ site sysconfig
    fileinput linecache tokenize ast dis py_compile compileall zipapp zipfile tarfile sqlite3
    curses readline rlcompleter cmd getpass resource fcntl mmap torch.hub torch.utils
    torch.serialization torch.jit torch.package torch._dynamo torch._inductor torch.fx
    torch.distributed torch.multiprocessing torch.testing torch.load torch.storage
    torch.cuda.graphs numpy.testing numpy.f2py numpy.distutils numpy.load numpy.fromfile
    numpy.save numpy.lib.npyio joblib joblib.numpy_pickle sklearn.externals pandas.io
    pandas.read_pickle pandas.core.computation tensorflow keras.utils keras.models jinja2 mako
    IPython twisted fabric paramiko docker boto3 tensorflow.python transformers.pipelines
    """
)
_HARMFUL_BUILTINS = _words(
    """
    eval exec execfile compile open file input raw_input __import__ getattr setattr delattr
    hasattr globals locals vars apply map filter reduce breakpoint help memoryview type super
    classmethod staticmethod property print exit quit
    """
)
_SPLIT = {module: frozenset(names.split()) for module, names in _HARMLESS.items()}

# What a Python 3 loads where a pickle of Python 2 asks for these.
_RENAMED = {
    "__builtin__": "builtins",
    "copy_reg": "copyreg",
    "exceptions": "builtins",
    "UserDict": "collections",
    "UserList": "collections",
    "UserString": "collections",
    "commands": "subprocess",
    "cPickle": "pickle",
    "StringIO": "io",
    "cStringIO": "io",
    "urllib2": "urllib.request",
    "SocketServer": "socketserver",
}


def trust(module: str, name: str) -> Trust:
    """Tell what is known of a name that a pickle asks for."""
    module = _RENAMED.get(module, module)
    if _is_harmless(module, name):
        return Trust.HARMLESS
    if module == "builtins":
        is_harmful = name.split(".", maxsplit=1)[0] in _HARMFUL_BUILTINS or "." in name
    else:
        # A dot or two underscores: an attribute of something that an import brought along.
        parts = f"{module}.{name}".split(".")
        is_harmful = (
            "." in name
            or "__" in name
            or any(".".join(parts[:count]) in _HARMFUL for count in range(1, len(parts) + 1))
        )
    return Trust.HARMFUL if is_harmful else Trust.UNKNOWN


def _is_harmless(module: str, name: str) -> bool:
    if name in _SPLIT.get(module, ()):
        return True
    if module.startswith("sklearn."):
        return name in _OF_SKLEARN
    # Classes of TorchScript, whose code lies in the same archive and is no Python.
    return module.startswith("__torch__.") and name.isidentifier()
