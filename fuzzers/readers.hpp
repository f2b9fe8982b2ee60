#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Every reader of the program, as something that is given a text and reads it or refuses it in one line.
namespace difftest::fuzzers {

/// The reader's own words for what it does not read; anything else that it throws is a fault of the reader.
struct Refused {
    std::string message;
};

struct Reader {
    std::string name;
    std::vector<std::string> seeds;  ///< texts that it reads
    /// Reads a text that was made from that seed. Throws Refused.
    std::function<void(const std::string& text, std::size_t seed)> read;
    bool is_json = true;  ///< how its texts are changed
};

/// `corpora`: the folder with named/, known_issues/ and so on. `campaign`: the folder of a campaign, whose files are
/// changed one at a time. `scratch`: an empty folder for what is read from files.
std::vector<Reader> all_readers(const std::filesystem::path& corpora, const std::filesystem::path& campaign,
                                const std::filesystem::path& scratch);

}  // namespace difftest::fuzzers
