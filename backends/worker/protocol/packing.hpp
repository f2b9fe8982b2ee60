#pragma once

#include "backends/worker/protocol/message_fields.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// Values as bytes and back, for two programs of the same build on one machine: numbers in native order, counts before
/// what they count, a variant's index before its value, structs as fields_of() lists them.
namespace difftest::backends::protocol {

/// Bytes that no Packer wrote.
class PackingError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <typename T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <typename T>
concept HasFields = requires(T& value) {
    fields_of(value);
};

class Packer {
public:
    template <Plain T>
    void put(const T& value) {
        append(&value, sizeof value);
    }

    void put(const std::string& text) {
        put_count(text.size());
        append(text.data(), text.size());
    }

    void put(const contract::Contract& contract) { put(contract.to_string()); }

    template <typename T>
    void put(const std::vector<T>& values) {
        put_count(values.size());
        if constexpr (Plain<T>) {
            append(values.data(), values.size() * sizeof(T));
        } else {
            for (const T& value : values) {
                put(value);
            }
        }
    }

    template <typename T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) {
            put(*value);
        }
    }

    template <typename... Alternatives>
    void put(const std::variant<Alternatives...>& value) {
        put(static_cast<std::uint8_t>(value.index()));
        std::visit([this](const auto& alternative) { this->put(alternative); }, value);
    }

    template <HasFields T>
    void put(const T& value) {
        std::apply([this](const auto&... fields) { (this->put(fields), ...); }, fields_of(value));
    }

    void put(const graph::Operation& operation) {
        put(static_cast<std::uint8_t>(operation.index()));
        std::visit(
            [this](const auto& concrete) {
                graph::visit_attributes(concrete,
                                        [this](const char* /*name*/, const auto& value) { this->put(value); });
            },
            operation);
    }

    std::string take() { return std::move(bytes_); }

private:
    void append(const void* data, std::size_t bytes) {
        if (bytes > 0) {
            bytes_.append(static_cast<const char*>(data), bytes);
        }
    }
    void put_count(std::size_t count) { put(static_cast<std::uint64_t>(count)); }

    std::string bytes_;
};

class Unpacker {
public:
    explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

    template <Plain T>
    void get(T& value) {
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
    }

    void get(bool& value) {
        const char byte = take(1).front();
        if (byte != 0 && byte != 1) {
            throw PackingError("a truth value that is neither");
        }
        value = byte == 1;
    }

    void get(std::string& text) { text = take(take_count(1)); }

    void get(contract::Contract& contract) {
        std::string text;
        get(text);
        std::optional<contract::Contract> parsed = contract::Contract::parse(text);
        if (!parsed) {
            throw PackingError("unknown contract \"" + text + "\"");
        }
        contract = std::move(*parsed);
    }

    template <typename T>
    void get(std::vector<T>& values) {
        if constexpr (Plain<T>) {
            values.resize(take_count(sizeof(T)));
            const std::string_view bytes = take(values.size() * sizeof(T));
            if (!values.empty()) {
                std::memcpy(values.data(), bytes.data(), bytes.size());
            }
        } else {
            values.resize(take_count(1));
            for (T& value : values) {
                get(value);
            }
        }
    }

    template <typename T>
    void get(std::optional<T>& value) {
        bool present = false;
        get(present);
        if (present) {
            T item{};
            get(item);
            value = std::move(item);
        } else {
            value.reset();
        }
    }

    template <typename... Alternatives>
    void get(std::variant<Alternatives...>& value) {
        emplace(value, take_index());
        std::visit([this](auto& alternative) { this->get(alternative); }, value);
    }

    void get(graph::Operation& operation) {
        emplace(operation, take_index());
        std::visit(
            [this](auto& concrete) {
                graph::visit_attributes(concrete, [this](const char* /*name*/, auto& value) { this->get(value); });
            },
            operation);
    }

    template <HasFields T>
    void get(T& value) {
        std::apply([this](auto&... fields) { (this->get(fields), ...); }, fields_of(value));
    }

    /// Throws when something is left.
    void finish() const {
        if (!rest_.empty()) {
            throw PackingError("bytes are left over");
        }
    }

private:
    std::string_view take(std::size_t bytes) {
        if (bytes > rest_.size()) {
            throw PackingError("the bytes end too early");
        }
        const std::string_view taken = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return taken;
    }

    /// Of items that take at least so many bytes each: a wrong count must not become a huge allocation.
    std::size_t take_count(std::size_t item_bytes) {
        std::uint64_t count = 0;
        get(count);
        if (count > rest_.size() / item_bytes) {
            throw PackingError("a count that the bytes cannot hold");
        }
        return static_cast<std::size_t>(count);
    }

    std::size_t take_index() {
        std::uint8_t index = 0;
        get(index);
        return index;
    }

    template <std::size_t Index = 0, typename... Alternatives>
    static void emplace(std::variant<Alternatives...>& value, std::size_t index) {
        if constexpr (Index < sizeof...(Alternatives)) {
            if (index == Index) {
                value.template emplace<Index>();
            } else {
                emplace<Index + 1>(value, index);
            }
        } else {
            throw PackingError("an unknown alternative");
        }
    }

    std::string_view rest_;
};

}  // namespace difftest::backends::protocol
