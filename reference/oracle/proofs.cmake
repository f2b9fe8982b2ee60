# The proofs of the oracle that need more than the compiler: quick in every run of the tests, at full size by
# scripts/prove.
pkg_check_modules(mpfr REQUIRED IMPORTED_TARGET mpfr)
difftest_test(oracle_transcendental_test
  SOURCES
    function_error_test.cpp
    softmax_test.cpp
    transcendental_test.cpp
    testing/exact_function.cpp
  DEPENDS difftest::oracle fmt::fmt PkgConfig::mpfr)
difftest_test(oracle_all_floats_test
  SOURCES
    all_floats_test.cpp
  DEPENDS difftest::oracle fmt::fmt)
difftest_test(oracle_published_vectors_test
  SOURCES
    published_vectors_test.cpp
  DEPENDS difftest::oracle fmt::fmt nlohmann_json::nlohmann_json)
difftest_test(oracle_metamorphic_test
  SOURCES
    metamorphic_channels_test.cpp
    metamorphic_epilogue_test.cpp
    metamorphic_geometry_test.cpp
    testing/random_convolution.cpp
  DEPENDS difftest::oracle fmt::fmt PkgConfig::gmpxx)

# Other people's integer kernels, where they are installed.
find_path(DIFFTEST_GEMMLOWP gemmlowp/fixedpoint/fixedpoint.h)
if(DIFFTEST_GEMMLOWP)
  difftest_test(oracle_gemmlowp_test
    SOURCES gemmlowp_test.cpp
    DEPENDS difftest::oracle difftest::quantize fmt::fmt)
endif()

include(CheckCXXSourceCompiles)
find_library(DIFFTEST_XNNPACK XNNPACK)
if(DIFFTEST_XNNPACK)
  set(CMAKE_REQUIRED_LIBRARIES "${DIFFTEST_XNNPACK}")
  # Later releases set up an operator in other steps.
  check_cxx_source_compiles("
    #include <xnnpack.h>
    int main() {
      signed char* data = nullptr;
      return xnn_setup_convolution2d_nhwc_qs8(nullptr, 1, 1, 1, data, data, nullptr);
    }" DIFFTEST_XNNPACK_OF_2022)
  unset(CMAKE_REQUIRED_LIBRARIES)
  if(DIFFTEST_XNNPACK_OF_2022)
    difftest_test(oracle_xnnpack_test
      SOURCES xnnpack_test.cpp testing/random_convolution.cpp
      DEPENDS difftest::oracle fmt::fmt "${DIFFTEST_XNNPACK}")
  endif()
endif()
