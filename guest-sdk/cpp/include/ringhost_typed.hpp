// Typed messages: what the build makes of messages.json stands on this. The encoding is postcard's.
#pragma once

#include "ringhost.hpp"
#include "ringhost_text.h"

#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ring::typed {

// A type of messages.json: it says its name, and its fields as pairs of a name and a pointer to a
// member. Its only field is the value itself where `is_value` is there.
template <class T>
concept Record = requires { T::ring_fields(); };

// One of several cases, each of which is a Record.
template <class T>
concept Variant = requires { T::ring_cases(); };

template <class T>
concept Named = Record<T> || Variant<T>;

template <class T>
concept Signed = std::signed_integral<T> || std::same_as<T, __int128>;

template <class T>
concept Integer = (std::integral<T> || std::same_as<T, __int128> ||
                   std::same_as<T, unsigned __int128>) &&
                  !std::same_as<T, bool> && !std::same_as<T, char32_t>;

template <class T, template <class...> class Of> inline constexpr bool is = false;
template <class... Parts, template <class...> class Of>
inline constexpr bool is<Of<Parts...>, Of> = true;

// Where in a value something is: a field, or an element where it has no name.
struct Place {
    const Place *outer;
    const char *name;
    std::size_t index;
};

// What is wrong, and where.
class Fault {
  public:
    static constexpr std::size_t nowhere = SIZE_MAX;

    bool set(const Place *place, std::string problem, std::size_t at = nowhere) {
        bool ends = problem == "ends";
        if (ends && place == nullptr) {
            problem = "ends too early";
        }
        words_ = std::move(problem);
        if (place != nullptr) {
            words_ += (ends ? " inside field \"" : " in field \"") + path(place) + "\"";
        }
        if (at != nowhere) {
            words_ += " (at byte " + std::to_string(at) + ")";
        }
        return false;
    }
    const std::string &words() const { return words_; }

  private:
    static std::string path(const Place *place) {
        std::string outer = place->outer ? path(place->outer) : "";
        if (place->name == nullptr) {
            return outer + "[" + std::to_string(place->index) + "]";
        }
        return outer + (outer.empty() ? "" : ".") + place->name;
    }
    std::string words_;
};

// How a type is called where it is not what was expected.
template <class T> std::string name_of() {
    if constexpr (Named<T>) {
        return T::ring_name;
    } else if constexpr (std::same_as<T, bool>) {
        return "bool";
    } else if constexpr (std::same_as<T, char32_t>) {
        return "char";
    } else if constexpr (std::same_as<T, std::string>) {
        return "string";
    } else if constexpr (std::same_as<T, std::vector<std::uint8_t>>) {
        return "bytes";
    } else if constexpr (std::floating_point<T>) {
        return sizeof(T) == 4 ? "f32" : "f64";
    } else if constexpr (Integer<T>) {
        return (Signed<T> ? "i" : "u") + std::to_string(sizeof(T) * 8);
    } else if constexpr (is<T, std::optional>) {
        return "option";
    } else if constexpr (is<T, std::map>) {
        return "map";
    } else {
        return "list";
    }
}

// Whether all values of a type take bytes.
template <class T> constexpr bool takes_bytes() {
    if constexpr (std::same_as<T, std::monostate>) {
        return false;
    } else if constexpr (Record<T>) {
        return std::apply(
            [](auto... fields) {
                return (takes_bytes<
                            std::remove_cvref_t<decltype(std::declval<T>().*fields.second)>>() ||
                        ...);
            },
            T::ring_fields());
    } else if constexpr (is<T, std::tuple>) {
        return []<class... Parts>(std::type_identity<std::tuple<Parts...>>) {
            return (takes_bytes<Parts>() || ...);
        }(std::type_identity<T>());
    } else if constexpr (is<T, std::pair>) {
        return takes_bytes<std::remove_const_t<typename T::first_type>>() ||
               takes_bytes<typename T::second_type>();
    } else {
        return true;
    }
}

inline bool is_utf8(std::string_view text) {
    ring_text rest = {text.data(), text.size()};
    while (rest.length > 0) {
        if (ring_text_next(&rest) < 0) {
            return false;
        }
    }
    return true;
}

} // namespace ring::typed
