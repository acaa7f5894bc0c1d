"""Other software: ONNX files, and onnxruntime that executes them."""
