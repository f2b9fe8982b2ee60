# The proofs of the oracle that need more than the compiler: quick in every run of the tests, at full size by
# scripts/prove.
pkg_check_modules(mpfr REQUIRED IMPORTED_TARGET mpfr)
difftest_test(oracle_transcendental_test
  SOURCES
    function_error_test.cpp
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
