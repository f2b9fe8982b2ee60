# Which room may see which: the arrows of the design. What is not listed is forbidden, and cmake/forbidden_arrows tests
# that it cannot be included. `backends` alone stands for the interface backends/backend.hpp.
set(DIFFTEST_ARROWS)

# difftest_may_see(ROOM room ...)
macro(difftest_may_see ROOM)
  list(APPEND DIFFTEST_ARROWS "${ROOM}")
  set(DIFFTEST_ARROWS_${ROOM} ${ARGN})
endmacro()

difftest_may_see(reference/graph)
difftest_may_see(reference/contract)
difftest_may_see(reference/quantize reference/graph reference/contract)
difftest_may_see(reference/oracle reference/graph reference/contract reference/quantize)
difftest_may_see(reference/faults reference/graph reference/contract reference/quantize reference/oracle)

set(backend_sees reference/graph reference/contract backends backends/worker)
difftest_may_see(backends reference/graph reference/contract)
# What a user says of a kernel: the judge checks it before a worker of backends/opencl runs the kernel.
difftest_may_see(backends/kernel_manifest reference/graph reference/contract)
# How plans are named: the same words for every backend that can cut, choose and deviate.
difftest_may_see(backends/plan_name reference/graph)
# What int8 engines call an operator, read off a graph.
difftest_may_see(backends/quantized_operators reference/graph)
difftest_may_see(backends/worker reference/graph reference/contract backends)
difftest_may_see(backends/onednn ${backend_sees} backends/plan_name)
difftest_may_see(backends/opencl ${backend_sees} backends/kernel_manifest backends/plan_name)
difftest_may_see(backends/xnnpack ${backend_sees} backends/quantized_operators)
difftest_may_see(backends/onnxruntime ${backend_sees} backends/quantized_operators)
difftest_may_see(backends/process ${backend_sees})
difftest_may_see(backends/plugin ${backend_sees})
# The faulty backend is the reference with one rule broken, so it alone sees the oracle, through the fault dictionary.
difftest_may_see(backends/faulty ${backend_sees} reference/quantize reference/oracle reference/faults)

set(harness_sees reference/graph reference/contract reference/quantize reference/oracle reference/faults backends)
set(middle_rooms harness/generate harness/execute harness/reduce harness/diagnose harness/report)
difftest_may_see(harness/compare ${harness_sees})
foreach(room IN LISTS middle_rooms)
  difftest_may_see(${room} ${harness_sees} harness/compare)
endforeach()
# Reproducers are filled from templates, as reports are.
difftest_may_see(harness/export ${harness_sees} harness/compare harness/report)
difftest_may_see(harness/campaign ${harness_sees} harness/compare ${middle_rooms} harness/export backends/kernel_manifest)
# The quantization workbench runs what it makes as a campaign does.
difftest_may_see(harness/workbench ${harness_sees} harness/compare ${middle_rooms} harness/export harness/campaign backends/kernel_manifest)
difftest_may_see(harness/cli ${harness_sees} harness/compare ${middle_rooms} harness/export harness/campaign harness/workbench backends/kernel_manifest)
