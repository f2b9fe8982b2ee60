# onnx_messages: the target with the protobuf messages of ONNX.
find_package(Protobuf REQUIRED)  # of the files of ONNX
find_package(ONNX REQUIRED)
set(onnx_messages onnx_proto)  # its name in Debian 12
if(TARGET ONNX::onnx_proto)
  set(onnx_messages ONNX::onnx_proto)
endif()
