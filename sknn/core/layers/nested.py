"""Layers among the parameters of an object, reachable by name."""

from __future__ import annotations

from typing import Any

from sknn.core.layers.names import named


class NestedLayers:
    """Makes every layer of `layers` reachable by its name: ``hidden0__units``."""

    layers: Any

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return parameters; with `deep` those of specs and of named layers as well.

        Parameters
        ----------
        deep : bool, default=True

        Returns
        -------
        params : dict
        """
        params = super().get_params(deep=deep)  # type: ignore[misc]
        if deep:
            for name, layer in named(self.layers):
                params.setdefault(name, layer)
                for key, value in layer.get_params(deep=True).items():
                    params.setdefault(f"{name}__{key}", value)
        return params

    def set_params(self, **params: Any) -> Any:
        """Set parameters; ``hidden0=Dense(32)`` replaces a layer, ``hidden0__units=32`` changes it.

        Parameters
        ----------
        **params : dict

        Returns
        -------
        self : estimator
        """
        if "layers" in params:
            self.layers = params.pop("layers")
        own = self._get_param_names()  # type: ignore[attr-defined]
        positions = {name: i for i, (name, _) in enumerate(named(self.layers)) if name not in own}
        replaced = [name for name in params if name in positions]
        if replaced:
            layers = list(self.layers)
            for name in replaced:
                layers[positions[name]] = params.pop(name)
            self.layers = layers
        self._refuse_parameters_of_names(params)
        return super().set_params(**params)  # type: ignore[misc]

    def _refuse_parameters_of_names(self, params: dict[str, Any]) -> None:
        """Raise if a key such as ``solver__beta_1`` meets a short name, which has none."""
        for key in params:
            owner, nested, _ = key.partition("__")
            value = params.get(owner, getattr(self, owner, None))
            if nested and isinstance(value, str):
                raise ValueError(
                    f"Invalid parameter {key!r}: {owner}={value!r} is a name and has no parameters "
                    f"to set; pass an object, such as solver=Adam(), in place of the name."
                )
