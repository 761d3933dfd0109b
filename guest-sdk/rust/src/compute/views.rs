//! What a compute function sees of its item and of buffers.

use std::marker::PhantomData;

/// Which item of a launch the function is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Item(u32);

impl Item {
    /// The item with this number.
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    /// Its number: from 0 to one below the number of items.
    pub fn number(self) -> u32 {
        self.0
    }

    /// Its number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

mod sealed {
    pub trait Sealed {}
}

/// What a buffer can hold: numbers, in little-endian order.
pub trait Element: Copy + sealed::Sealed + 'static {
    /// Its name in the declaration of a compute function.
    #[doc(hidden)]
    const NAME: &'static str;
}

macro_rules! elements {
    ($($name:ident)*) => {
        $(impl sealed::Sealed for $name {}
        impl Element for $name {
            const NAME: &'static str = stringify!($name);
        })*
    };
}

elements! { i8 u8 i16 u16 i32 u32 i64 u64 f32 f64 }

/// What a compute function takes beside buffers.
pub trait Scalar: Element {
    /// What it is for the host's operations.
    #[cfg(target_arch = "wasm32")]
    #[doc(hidden)]
    const KIND: super::Kind;
    /// As an argument of a launch.
    #[cfg(target_arch = "wasm32")]
    #[doc(hidden)]
    fn argument(self) -> super::Argument<'static>;
}

macro_rules! scalars {
    ($($name:ident is $argument:ident and $kind:ident,)*) => {
        $(impl Scalar for $name {
            #[cfg(target_arch = "wasm32")]
            const KIND: super::Kind = super::Kind::$kind;

            #[cfg(target_arch = "wasm32")]
            fn argument(self) -> super::Argument<'static> {
                // Without a sign it is the same bits.
                super::Argument::$argument(self as _)
            }
        })*
    };
}

scalars! {
    i32 is Int32 and Int32,
    u32 is Int32 and Uint32,
    i64 is Int64 and Int64,
    u64 is Int64 and Uint64,
    f32 is Float32 and Float32,
    f64 is Float64 and Float64,
}

/// Elements of a buffer, and access to them that is checked.
#[derive(Debug)]
struct Elements<T> {
    first: *mut T,
    length: usize,
}

impl<T> Clone for Elements<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Elements<T> {}

impl<T: Element> Elements<T> {
    /// # Safety
    /// So many elements begin there, aligned, as long as this is used; if it is written to, nothing else
    /// borrows them.
    unsafe fn new(first: *mut T, length: usize) -> Self {
        Self { first, length }
    }

    #[inline(always)]
    fn get(&self, index: usize) -> T {
        self.check(index);
        // SAFETY: this was made of so many elements, and the index is one of theirs.
        unsafe { self.first.add(index).read() }
    }

    #[inline(always)]
    fn set(&self, index: usize, value: T) {
        self.check(index);
        // SAFETY: this was made of so many elements that nothing else borrows, and the index is one of
        // theirs. No reference to an element is ever made, so none can be invalidated.
        unsafe { self.first.add(index).write(value) }
    }

    #[inline(always)]
    fn check(&self, index: usize) {
        if index >= self.length {
            outside();
        }
    }
}

/// In a guest a trap at once: the words of a panic reach nobody there.
#[cold]
fn outside() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    panic!("there is no such element");
}

macro_rules! views {
    ($($(#[$meaning:meta])* $name:ident of $borrow:ty, at $pointer:ident;)*) => {
        $($(#[$meaning])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<'a, T> {
            elements: Elements<T>,
            buffer: PhantomData<$borrow>,
        }

        impl<'a, T: Element> $name<'a, T> {
            /// A view of elements.
            pub fn new(elements: $borrow) -> Self {
                let length = elements.len();
                // SAFETY: the elements are borrowed as long as the view lives, and as the view needs them:
                // one that writes has them to itself.
                let elements = unsafe { Elements::new(elements.$pointer() as *mut T, length) };
                Self {
                    elements,
                    buffer: PhantomData,
                }
            }

            /// # Safety
            /// So many elements begin there, aligned, as long as the view is used.
            #[doc(hidden)]
            pub unsafe fn of(first: *mut T, length: u32) -> Self {
                Self {
                    // SAFETY: it is asked for the same.
                    elements: unsafe { Elements::new(first, length as usize) },
                    buffer: PhantomData,
                }
            }

            /// How many elements there are.
            pub fn length(&self) -> usize {
                self.elements.length
            }
        })*
    };
}

views! {
    /// The elements of a buffer, to read. No launch writes them meanwhile but through a view of another kind.
    In of &'a [T], at as_ptr;

    /// The elements of a buffer, to write.
    Out of &'a mut [T], at as_mut_ptr;

    /// The elements of a buffer, to read and write. Items that read what another one writes, or write the
    /// same element, see one value or the other: which one is not the same on every device.
    InOut of &'a mut [T], at as_mut_ptr;
}

impl<T: Element> In<'_, T> {
    /// The element with this index.
    ///
    /// # Panics
    /// If there is none, which ends the launch.
    #[inline(always)]
    pub fn get(&self, index: usize) -> T {
        self.elements.get(index)
    }
}

impl<T: Element> Out<'_, T> {
    /// Writes the element with this index.
    ///
    /// # Panics
    /// If there is none, which ends the launch.
    #[inline(always)]
    pub fn set(&self, index: usize, value: T) {
        self.elements.set(index, value);
    }
}

impl<T: Element> InOut<'_, T> {
    /// The element with this index.
    ///
    /// # Panics
    /// If there is none, which ends the launch.
    #[inline(always)]
    pub fn get(&self, index: usize) -> T {
        self.elements.get(index)
    }

    /// Writes the element with this index.
    ///
    /// # Panics
    /// If there is none, which ends the launch.
    #[inline(always)]
    pub fn set(&self, index: usize, value: T) {
        self.elements.set(index, value);
    }
}
