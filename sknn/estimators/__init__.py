"""The scikit-learn contract: networks as estimators."""
