#!/bin/bash -eu
# Builds the fuzzers as ClusterFuzzLite and OSS-Fuzz want it: $CXX $CXXFLAGS $LIB_FUZZING_ENGINE into $OUT, beside each
# target its seeds (TARGET_seed_corpus.zip), words (TARGET.dict) and options. $WORK holds the build. Elsewhere, with any clang:
#   OUT=/tmp/out WORK=/tmp/work CXX=clang++ CXXFLAGS="-O1 -g1 -fsanitize=address,fuzzer-no-link" \
#       LIB_FUZZING_ENGINE=-fsanitize=fuzzer .clusterfuzzlite/build.sh [TARGET ...]
# (CMAKE_ARGS: more arguments of CMake.)
cd "$(dirname "$0")/.."
if [[ -n "${SRC:-}" && -d "$SRC/difftest" ]]; then cd "$SRC/difftest"; fi

targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
    targets=(fuzz_case_file fuzz_manifest fuzz_benchdnn_import fuzz_requantize fuzz_oracle_consistency fuzz_reduce)
    # The packages of the distribution that these link with are built for libstdc++.
    if [[ "${CXXFLAGS:-}" != *-stdlib=libc++* ]]; then
        targets+=(fuzz_journal fuzz_case_onednn)
    fi
fi

# A library that is compiled with another C++ library must not be linked: fmt comes from its headers.
flags="${CXXFLAGS:-}"
if [[ "$flags" == *-stdlib=libc++* ]]; then flags+=" -DFMT_HEADER_ONLY"; fi
cmake -S . -B "$WORK/difftest" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER="$CXX" -DCMAKE_CXX_FLAGS="$flags" \
    -DCMAKE_EXE_LINKER_FLAGS='-Wl,-rpath,$ORIGIN/lib' -DDIFFTEST_TESTS=OFF -DDIFFTEST_FUZZING_ENGINE="$LIB_FUZZING_ENGINE" ${CMAKE_ARGS:-}
cmake --build "$WORK/difftest" --target "${targets[@]}"

mkdir -p "$OUT/lib"
for target in "${targets[@]}"; do
    cp "$WORK/difftest/bin/$target" "$OUT/"
    # What is not in the image that runs it.
    ldd "$OUT/$target" | awk '$3 ~ /^\// && $3 !~ /\/(libc|libm|libdl|libpthread|librt|ld-linux[^/]*|libgcc_s|libstdc\+\+)\.so/ { print $3 }' |
        xargs -r cp -t "$OUT/lib"
    if [[ -d "corpora/fuzz/$target" ]]; then
        (cd "corpora/fuzz/$target" && zip -q -r "$OUT/${target}_seed_corpus.zip" .)
    fi
    if [[ -f "fuzzers/dictionaries/$target.dict" ]]; then cp "fuzzers/dictionaries/$target.dict" "$OUT/"; fi
    printf '[libfuzzer]\nmax_len = 65536\ntimeout = 60\n' >"$OUT/$target.options"
    if [[ "$target" == fuzz_case_* && "$target" != fuzz_case_file ]]; then
        # The target finds its worker beside it, and the known issues where this says.
        cp "$WORK/difftest/bin/difftest-worker-${target#fuzz_case_}" "$OUT/"
        mkdir -p "$OUT/corpora" && cp -r corpora/known_issues "$OUT/corpora/"
        printf '\n[env]\nDIFFTEST_CORPORA = corpora\n' >>"$OUT/$target.options"
    fi
done
