"""Names allowed in a file in addition to classes of sknn: of scikit-learn, NumPy, and Python.

They are the parts of pipelines and searches, and contain only plain values. Not included are trees,
neighbors, and others that contain C objects, nor SVC and SVR, whose C code would follow invalid
attributes out of memory.
"""

SCIKIT_LEARN = {
    "sklearn.calibration": (
        "CalibratedClassifierCV",
        "_CalibratedClassifier",
        "_SigmoidCalibration",
        "_TemperatureScaling",
    ),
    "sklearn.cluster": ("KMeans",),
    "sklearn.compose": (
        "ColumnTransformer",
        "TransformedTargetRegressor",
        "make_column_selector",
    ),
    "sklearn.compose._column_transformer": ("_RemainderColsList",),
    "sklearn.cross_decomposition": ("PLSRegression",),
    "sklearn.decomposition": (
        "FactorAnalysis",
        "FastICA",
        "IncrementalPCA",
        "KernelPCA",
        "NMF",
        "PCA",
        "TruncatedSVD",
    ),
    "sklearn.discriminant_analysis": (
        "LinearDiscriminantAnalysis",
        "QuadraticDiscriminantAnalysis",
    ),
    "sklearn.dummy": ("DummyClassifier", "DummyRegressor"),
    "sklearn.ensemble": (
        "AdaBoostClassifier",
        "AdaBoostRegressor",
        "BaggingClassifier",
        "BaggingRegressor",
        "StackingClassifier",
        "StackingRegressor",
        "VotingClassifier",
        "VotingRegressor",
    ),
    "sklearn.feature_extraction": ("DictVectorizer", "FeatureHasher"),
    "sklearn.feature_extraction.text": (
        "CountVectorizer",
        "HashingVectorizer",
        "TfidfTransformer",
        "TfidfVectorizer",
    ),
    "sklearn.feature_selection": (
        "GenericUnivariateSelect",
        "RFE",
        "RFECV",
        "SelectFdr",
        "SelectFpr",
        "SelectFromModel",
        "SelectFwe",
        "SelectKBest",
        "SelectPercentile",
        "SequentialFeatureSelector",
        "VarianceThreshold",
    ),
    "sklearn.frozen": ("FrozenEstimator",),
    "sklearn.impute": ("KNNImputer", "MissingIndicator", "SimpleImputer"),
    "sklearn.impute._iterative": ("IterativeImputer", "_ImputerTriplet"),
    "sklearn.isotonic": ("IsotonicRegression",),
    "sklearn.kernel_approximation": (
        "AdditiveChi2Sampler",
        "Nystroem",
        "PolynomialCountSketch",
        "RBFSampler",
        "SkewedChi2Sampler",
    ),
    "sklearn.kernel_ridge": ("KernelRidge",),
    "sklearn.linear_model": (
        "BayesianRidge",
        "ElasticNet",
        "ElasticNetCV",
        "HuberRegressor",
        "Lasso",
        "LassoCV",
        "LinearRegression",
        "LogisticRegression",
        "LogisticRegressionCV",
        "Ridge",
        "RidgeCV",
        "RidgeClassifier",
        "RidgeClassifierCV",
    ),
    "sklearn.metrics._scorer": (
        "_CurveScorer",
        "_MultimetricScorer",
        "_PassthroughScorer",
        "_Scorer",
    ),
    "sklearn.mixture": ("GaussianMixture",),
    "sklearn.model_selection": (
        "FixedThresholdClassifier",
        "GridSearchCV",
        "GroupKFold",
        "GroupShuffleSplit",
        "KFold",
        "LeaveOneGroupOut",
        "LeaveOneOut",
        "LeavePGroupsOut",
        "LeavePOut",
        "PredefinedSplit",
        "RandomizedSearchCV",
        "RepeatedKFold",
        "RepeatedStratifiedKFold",
        "ShuffleSplit",
        "StratifiedGroupKFold",
        "StratifiedKFold",
        "StratifiedShuffleSplit",
        "TimeSeriesSplit",
        "TunedThresholdClassifierCV",
    ),
    "sklearn.model_selection._search_successive_halving": (
        "HalvingGridSearchCV",
        "HalvingRandomSearchCV",
        "_SubsampleMetaSplitter",
    ),
    "sklearn.model_selection._split": ("_CVIterableWrapper",),
    "sklearn.multiclass": (
        "OneVsOneClassifier",
        "OneVsRestClassifier",
        "OutputCodeClassifier",
        "_ConstantPredictor",
    ),
    "sklearn.multioutput": (
        "ClassifierChain",
        "MultiOutputClassifier",
        "MultiOutputRegressor",
        "RegressorChain",
    ),
    "sklearn.naive_bayes": ("BernoulliNB", "ComplementNB", "GaussianNB", "MultinomialNB"),
    "sklearn.pipeline": ("FeatureUnion", "Pipeline"),
    "sklearn.preprocessing": (
        "Binarizer",
        "FunctionTransformer",
        "KBinsDiscretizer",
        "KernelCenterer",
        "LabelBinarizer",
        "LabelEncoder",
        "MaxAbsScaler",
        "MinMaxScaler",
        "MultiLabelBinarizer",
        "Normalizer",
        "OneHotEncoder",
        "OrdinalEncoder",
        "PolynomialFeatures",
        "PowerTransformer",
        "QuantileTransformer",
        "RobustScaler",
        "SplineTransformer",
        "StandardScaler",
        "TargetEncoder",
    ),
    "sklearn.random_projection": ("GaussianRandomProjection", "SparseRandomProjection"),
    "sklearn.semi_supervised": ("SelfTrainingClassifier",),
    "sklearn.svm": ("LinearSVC", "LinearSVR"),
    "sklearn.utils._metadata_requests": ("MetadataRequest", "MethodMetadataRequest"),
}

FUNCTIONS = {
    "sklearn.feature_selection": (
        "chi2",
        "f_classif",
        "f_oneway",
        "f_regression",
        "mutual_info_classif",
        "mutual_info_regression",
        "r_regression",
    ),
}
"""Functions of numbers. scikit-learn's metrics and NumPy's ufuncs are allowed without a list."""

LISTENERS = (
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
    "_callback_fit_ctx",
    "_parent_callback_ctx",
)
"""Attributes with callbacks of scikit-learn: bars, queues, threads, which are not written."""

BUILTINS = ("bool", "bytes", "complex", "dict", "float", "int", "list", "object", "str", "tuple")
"""Types that may be values themselves, such as a dtype."""

FACES = (
    "sknn",
    "sknn.layers",
    "sknn.losses",
    "sknn.optimizers",
    "sknn.schedules",
    "sknn.activations",
    "sknn.initializers",
    "sknn.callbacks",
)
"""Modules from which users import classes: these names stay, while modules behind them may move.

The first one with a class names it in files, so new ones go to the end.
"""

ROOMS = ("sknn.preprocessing", "sknn.search", "sknn.inspection")
"""The same for classes defined in these packages, which are not public."""
