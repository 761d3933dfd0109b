// Reading typed messages, which may come from anybody: no memory is taken for more than is there.
#pragma once

#include "ringhost_typed.hpp"

namespace ring::typed {

class Reader {
  public:
    explicit Reader(Bytes bytes) : bytes_(bytes) {}

    const Fault &fault() const { return fault_; }

    // Whether all of it was the value.
    bool done() {
        return at_ == bytes_.size() || fault_.set(nullptr, "goes on after its end", at_);
    }

    template <class T> bool read(T &value, const Place *place) {
        if constexpr (std::same_as<T, std::monostate>) {
            return true;
        } else if constexpr (std::same_as<T, bool>) {
            return flag<T>(value, place);
        } else if constexpr (Integer<T> && sizeof(T) == 1) {
            return copy(value, place);
        } else if constexpr (Integer<T>) {
            return integer(value, place);
        } else if constexpr (std::floating_point<T>) {
            return copy(value, place);
        } else if constexpr (std::same_as<T, char32_t>) {
            return character(value, place);
        } else if constexpr (std::same_as<T, std::string>) {
            std::size_t start = at_;
            return slice(value, place) && (is_utf8(value) || wrong<T>(place, start));
        } else if constexpr (std::same_as<T, std::vector<std::uint8_t>>) {
            return slice(value, place);
        } else if constexpr (is<T, std::optional>) {
            bool present = false;
            return flag<T>(present, place) && (!present || read(value.emplace(), place));
        } else if constexpr (is<T, std::tuple>) {
            return parts(value, place, std::make_index_sequence<std::tuple_size_v<T>>());
        } else if constexpr (is<T, std::pair>) {
            Place key = {place, "key", 0};
            Place entry = {place, "value", 0};
            return read(value.first, &key) && read(value.second, &entry);
        } else if constexpr (is<T, std::map>) {
            return list<std::pair<typename T::key_type, typename T::mapped_type>, T>(
                place, [&](auto &&entry) {
                    value.insert_or_assign(std::move(entry.first), std::move(entry.second));
                });
        } else if constexpr (is<T, std::vector>) {
            return list<typename T::value_type, T>(
                place, [&](auto &&element) { value.push_back(std::move(element)); });
        } else if constexpr (Variant<T>) {
            return variant(value, place);
        } else {
            return fields(value, place);
        }
    }

  private:
    // How many elements that take no bytes a message may have: their number alone says nothing.
    static constexpr std::size_t most_spare = 65536;

    template <class T> bool wrong(const Place *place, std::size_t start) {
        return fault_.set(place, "has no " + name_of<T>(), start);
    }

    bool ends(const Place *place, std::size_t start) { return fault_.set(place, "ends", start); }

    template <class T> bool copy(T &value, const Place *place) {
        if (bytes_.size() - at_ < sizeof(T)) {
            return ends(place, at_);
        }
        std::memcpy(&value, bytes_.data() + at_, sizeof(T));
        at_ += sizeof(T);
        return true;
    }

    template <class T> bool flag(bool &value, const Place *place) {
        std::uint8_t byte = 0;
        if (!copy(byte, place)) {
            return false;
        }
        value = byte == 1;
        return byte <= 1 || wrong<T>(place, at_ - 1);
    }

    // A number of so many bits.
    template <class T, class Number> bool varint(Number &number, const Place *place, unsigned bits) {
        std::size_t start = at_;
        number = 0;
        for (unsigned shift = 0; shift < bits; shift += 7) {
            if (at_ == bytes_.size()) {
                return ends(place, start);
            }
            std::uint8_t byte = bytes_[at_++];
            unsigned digit = byte & 0x7f;
            if (shift + 7 > bits && digit >> (bits - shift) != 0) {
                break;
            }
            number |= static_cast<Number>(digit) << shift;
            if (byte < 0x80) {
                return true;
            }
        }
        return wrong<T>(place, start);
    }

    template <class T> bool integer(T &value, const Place *place) {
        using Number = std::conditional_t<(sizeof(T) > 8), unsigned __int128, std::uint64_t>;
        Number number;
        if (!varint<T>(number, place, sizeof(T) * 8)) {
            return false;
        }
        value = static_cast<T>(Signed<T> ? number >> 1 ^ -(number & 1) : number);
        return true;
    }

    template <class T> bool slice(T &value, const Place *place) {
        std::size_t start = at_;
        std::uint64_t length;
        if (!varint<T>(length, place, 64)) {
            return false;
        }
        if (length > bytes_.size() - at_) {
            return ends(place, start);
        }
        Bytes slice = bytes_.subspan(at_, static_cast<std::size_t>(length));
        value.assign(slice.begin(), slice.end());
        at_ += slice.size();
        return true;
    }

    bool character(char32_t &value, const Place *place) {
        std::size_t start = at_;
        std::uint64_t length;
        if (!varint<char32_t>(length, place, 64)) {
            return false;
        }
        if (length > bytes_.size() - at_) {
            return ends(place, start);
        }
        auto text = reinterpret_cast<const char *>(bytes_.data() + at_);
        ring_text rest = {text, static_cast<std::size_t>(length)};
        std::int32_t letter = length > 0 ? ring_text_next(&rest) : -1;
        at_ += static_cast<std::size_t>(length);
        value = static_cast<char32_t>(letter);
        return (letter >= 0 && rest.length == 0) || wrong<char32_t>(place, start);
    }

    template <class Element, class T> bool list(const Place *place, auto add) {
        std::size_t start = at_;
        std::uint64_t count;
        if (!varint<T>(count, place, 64)) {
            return false;
        }
        if constexpr (takes_bytes<Element>()) {
            if (count > bytes_.size() - at_) {
                return ends(place, start);
            }
        } else {
            if (count > spare_) {
                return fault_.set(place, "has too many elements", start);
            }
            spare_ -= static_cast<std::size_t>(count);
        }
        for (std::size_t index = 0; index < count; index++) {
            Place inner = {place, nullptr, index};
            Element element{};
            if (!read(element, &inner)) {
                return false;
            }
            add(std::move(element));
        }
        return true;
    }

    template <class T, std::size_t... Index>
    bool parts(T &value, const Place *place, std::index_sequence<Index...>) {
        auto part = [&](std::size_t index, auto &value) {
            Place inner = {place, nullptr, index};
            return read(value, &inner);
        };
        return (part(Index, std::get<Index>(value)) && ...);
    }

    template <class T> bool fields(T &value, const Place *place) {
        auto field = [&](auto field) {
            Place inner = {place, field.first, 0};
            return read(value.*field.second, requires { T::ring_is_value; } ? place : &inner);
        };
        return std::apply([&](auto... each) { return (field(each) && ...); }, T::ring_fields());
    }

    template <class T> bool variant(T &value, const Place *place) {
        std::size_t start = at_;
        std::uint64_t number;
        if (!varint<T>(number, place, 32)) {
            return false;
        }
        using Cases = decltype(value.value);
        auto each = [&]<std::size_t... Index>(std::index_sequence<Index...>) {
            bool read_it = false;
            bool known = ((number == Index && ((read_it = this->one<Index>(value.value, place)), true)) || ...);
            return known ? read_it
                         : fault_.set(place, "has no case " + std::to_string(number), start);
        };
        return each(std::make_index_sequence<std::variant_size_v<Cases>>());
    }

    template <std::size_t Index, class Cases> bool one(Cases &cases, const Place *place) {
        auto &value = cases.template emplace<Index>();
        Place inner = {place, std::remove_reference_t<decltype(value)>::ring_name, 0};
        return fields(value, &inner);
    }

    Bytes bytes_;
    std::size_t at_ = 0;
    std::size_t spare_ = most_spare;
    Fault fault_;
};

} // namespace ring::typed

namespace ring {

// Reads a message as a type of messages.json; or words that say what it is instead.
template <class T> std::expected<T, std::string> Message::read() const {
    typed::Reader reader(bytes());
    std::expected<T, std::string> value;
    if (!reader.read(*value, nullptr) || !reader.done()) {
        return failure("message " + std::to_string(id()) + " is no " + T::ring_name + ": " +
                       reader.fault().words());
    }
    return value;
}

} // namespace ring
