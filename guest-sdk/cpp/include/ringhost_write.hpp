// Writing typed messages.
#pragma once

#include "ringhost_typed.hpp"

namespace ring::typed {

class Writer {
  public:
    const Fault &fault() const { return fault_; }
    std::vector<std::uint8_t> take() { return std::move(bytes_); }

    template <class T> bool write(const T &value, const Place *place) {
        if constexpr (std::same_as<T, std::monostate>) {
            return true;
        } else if constexpr (std::same_as<T, bool>) {
            return copy<std::uint8_t>(value ? 1 : 0);
        } else if constexpr (Integer<T> && sizeof(T) == 1) {
            return copy(value);
        } else if constexpr (Integer<T>) {
            return integer(value);
        } else if constexpr (std::floating_point<T>) {
            return copy(value);
        } else if constexpr (std::same_as<T, char32_t>) {
            std::array<char, 4> text;
            std::size_t length = ring_text_put(text.data(), value);
            return length == 0 ? wrong<T>(place) : slice(std::string_view(text.data(), length));
        } else if constexpr (std::same_as<T, std::string>) {
            return is_utf8(value) ? slice(value) : wrong<T>(place);
        } else if constexpr (std::same_as<T, std::vector<std::uint8_t>>) {
            return slice(value);
        } else if constexpr (is<T, std::optional>) {
            copy<std::uint8_t>(value ? 1 : 0);
            return !value || write(*value, place);
        } else if constexpr (is<T, std::tuple>) {
            return parts(value, place, std::make_index_sequence<std::tuple_size_v<T>>());
        } else if constexpr (is<T, std::pair>) {
            Place key = {place, "key", 0};
            Place entry = {place, "value", 0};
            return write(std::as_const(value.first), &key) && write(value.second, &entry);
        } else if constexpr (is<T, std::vector> || is<T, std::map>) {
            return list(value, place);
        } else if constexpr (Variant<T>) {
            varint<std::uint32_t>(value.value.index());
            return std::visit(
                [&](const auto &one) {
                    Place inner = {place, std::remove_cvref_t<decltype(one)>::ring_name, 0};
                    return fields(one, &inner);
                },
                value.value);
        } else {
            return fields(value, place);
        }
    }

  private:
    template <class T> bool wrong(const Place *place) {
        return fault_.set(place, "has no " + name_of<T>());
    }

    template <class T> bool copy(T value) {
        auto raw = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(value);
        bytes_.insert(bytes_.end(), raw.begin(), raw.end());
        return true;
    }

    template <class Number> bool varint(Number number) {
        for (; number > 0x7f; number >>= 7) {
            bytes_.push_back(static_cast<std::uint8_t>(number & 0x7f) | 0x80);
        }
        bytes_.push_back(static_cast<std::uint8_t>(number));
        return true;
    }

    template <class T> bool integer(T value) {
        using Number = std::conditional_t<(sizeof(T) > 8), unsigned __int128, std::uint64_t>;
        auto number = static_cast<Number>(value);
        if constexpr (Signed<T>) {
            return varint<Number>(number << 1 ^ (value < 0 ? ~Number(0) : Number(0)));
        }
        return varint(number);
    }

    template <class T> bool slice(const T &value) {
        varint(value.size());
        bytes_.insert(bytes_.end(), value.begin(), value.end());
        return true;
    }

    template <class T> bool list(const T &values, const Place *place) {
        varint(values.size());
        std::size_t index = 0;
        for (const auto &value : values) {
            Place inner = {place, nullptr, index++};
            if (!write<std::remove_cvref_t<typename T::value_type>>(value, &inner)) {
                return false;
            }
        }
        return true;
    }

    template <class T, std::size_t... Index>
    bool parts(const T &value, const Place *place, std::index_sequence<Index...>) {
        auto part = [&](std::size_t index, const auto &value) {
            Place inner = {place, nullptr, index};
            return write(value, &inner);
        };
        return (part(Index, std::get<Index>(value)) && ...);
    }

    template <class T> bool fields(const T &value, const Place *place) {
        auto field = [&](auto field) {
            Place inner = {place, field.first, 0};
            return write(value.*field.second, requires { T::ring_is_value; } ? place : &inner);
        };
        return std::apply([&](auto... each) { return (field(each) && ...); }, T::ring_fields());
    }

    std::vector<std::uint8_t> bytes_;
    Fault fault_;
};

} // namespace ring::typed

namespace ring {

// Writes a value of a type of messages.json; or words that say what is wrong with it.
template <typed::Named T>
std::expected<std::vector<std::uint8_t>, std::string> encode(const T &value) {
    typed::Writer writer;
    if (!writer.write(value, nullptr)) {
        return failure(std::string("the value is no ") + T::ring_name + ": " +
                       writer.fault().words());
    }
    return writer.take();
}

template <class T>
    requires requires { T::ring_name; }
Outcome Replies::push(const T &value) {
    auto bytes = encode(value);
    if (!bytes) {
        return failure(bytes.error());
    }
    push(Bytes(*bytes));
    return {};
}

} // namespace ring
