// Answer rows with a model that sknn.persistence.to_onnx or skl2onnx wrote, without Python.
//
//   npm install onnxruntime-web
//   echo '{"X": {"type": "float64", "dims": [1, 4], "data": [5.1, 3.5, 1.4, 0.2]}}' \
//     | node examples/serve.cjs model.onnx
//
// Inputs and answers are JSON objects with one entry each. Whole numbers beyond 2^53 are given and
// printed as strings; null is a missing number, date, or category. The same calls work in a browser,
// where the model comes from `fetch`.

const { readFileSync } = require("node:fs");
const ort = require("onnxruntime-web");

const NO_DATE = -(2n ** 63n);
const ARRAYS = {
  // Without the second argument, null would become 0.
  float32: (data) => Float32Array.from(data, (value) => value ?? NaN),
  float64: (data) => Float64Array.from(data, (value) => value ?? NaN),
  int64: (data) => BigInt64Array.from(data, (value) => BigInt(value ?? NO_DATE)),
  string: (data) => data.map((value) => value ?? ""),
};

function tensor({ type, dims, data }) {
  return new ort.Tensor(type, ARRAYS[type](data), dims);
}

function plain({ type, dims, data }) {
  const whole = (number) => (typeof number === "bigint" ? number.toString() : number);
  return { type, dims, data: Array.from(data, whole) };
}

async function main() {
  const session = await ort.InferenceSession.create(readFileSync(process.argv[2]));
  const given = Object.entries(JSON.parse(readFileSync(0, "utf8")));
  const answers = await session.run(
    Object.fromEntries(given.map(([name, value]) => [name, tensor(value)])),
  );
  const found = Object.entries(answers).map(([name, value]) => [name, plain(value)]);
  console.log(JSON.stringify(Object.fromEntries(found)));
}

main();
