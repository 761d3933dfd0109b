//! The stand-in as a program sees it: through cudarc, which finds it as the driver.

#![cfg(target_os = "linux")]

use std::ffi::{CString, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cuda_stand_in::{Loss, StandIn};
use cudarc::driver::result::{self, DriverError};
use cudarc::driver::sys::{self, CUresult};
use ringhost_ptx::{Ending, Options, Record, Translation, TrapKind, translate};

/// One test at a time has the driver, as it is when it has just been loaded, and a context.
struct Driver {
    stand_in: StandIn,
    _one: MutexGuard<'static, ()>,
}

fn driver() -> Driver {
    static ONE: Mutex<()> = Mutex::new(());
    let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stand_in = cuda_stand_in::load();
    stand_in.reset();
    result::init().expect("the driver starts");
    context().expect("a context");
    Driver {
        stand_in,
        _one: one,
    }
}

/// Makes the device's own context the thread's.
fn context() -> Result<(), DriverError> {
    let device = result::device::get(0)?;
    // SAFETY: the device is one, and the context is good until the next test's reset.
    unsafe { result::ctx::set_current(result::primary_ctx::retain(device)?) }
}

fn code(error: Result<impl Sized, DriverError>) -> Option<u32> {
    error.err().map(|DriverError(code)| code as u32)
}

const ILLEGAL_ADDRESS: Option<u32> = Some(CUresult::CUDA_ERROR_ILLEGAL_ADDRESS as u32);
const MISALIGNED: Option<u32> = Some(CUresult::CUDA_ERROR_MISALIGNED_ADDRESS as u32);
const UNKNOWN: Option<u32> = Some(CUresult::CUDA_ERROR_UNKNOWN as u32);
const INVALID_HANDLE: Option<u32> = Some(CUresult::CUDA_ERROR_INVALID_HANDLE as u32);
const INVALID_VALUE: Option<u32> = Some(CUresult::CUDA_ERROR_INVALID_VALUE as u32);

fn allocate(bytes: usize) -> Result<u64, DriverError> {
    // SAFETY: it is not read before it is written, or is only compared.
    unsafe { result::malloc_sync(bytes) }
}

fn stream() -> sys::CUstream {
    result::stream::create(result::stream::StreamKind::NonBlocking).expect("a stream")
}

fn finish(stream: sys::CUstream) -> Result<(), DriverError> {
    // SAFETY: handles that are not good are an error value of the stand-in.
    unsafe { result::stream::synchronize(stream) }
}

fn write<T>(to: u64, data: &[T]) -> Result<(), DriverError> {
    // SAFETY: addresses that are not good are an error value of the stand-in.
    unsafe { result::memcpy_htod_sync(to, data) }
}

fn read(from: u64, words: usize) -> Result<Vec<u32>, DriverError> {
    let mut found = vec![0; words];
    // SAFETY: there is room for so many; addresses are an error value of the stand-in.
    unsafe { result::memcpy_dtoh_sync(&mut found, from) }?;
    Ok(found)
}

/// A function that was translated, with an arena and a record.
struct Program {
    translation: Translation,
    module: sys::CUmodule,
    function: sys::CUfunction,
    arena: u64,
    record: u64,
}

impl Program {
    fn new(body: &str) -> Self {
        let text = format!(
            "(module (memory 1) (func (export \"f\") (param $i i32) (param $n i32) {body}))"
        );
        let module = wat::parse_str(text).expect("WAT");
        let translation = translate(&module, "f", &Options::default()).expect("a translation");
        let image = CString::new(translation.ptx.as_str()).expect("text");
        let name = CString::new(translation.entry).expect("text");
        // SAFETY: the image is PTX that ends with a zero, and the module is there.
        let (module, function) = unsafe {
            let module = result::module::load_data(image.as_ptr().cast()).expect("a module");
            let function = result::module::get_function(module, name);
            (module, function.expect("a function"))
        };
        let arena = allocate(65536 + Translation::SLACK as usize).expect("an arena");
        write(arena, &[0u8; 65536]).expect("zeros");
        let record = allocate(Record::SIZE).expect("a record");
        let program = Self {
            translation,
            module,
            function,
            arena,
            record,
        };
        program.clear();
        program
    }

    fn clear(&self) {
        write(self.record, &[Record::CLEAR; 2]).expect("a record");
    }

    fn lowest(&self) -> u64 {
        let words = read(self.record, 2).expect("a record");
        u64::from(words[1]) << 32 | u64::from(words[0])
    }

    /// Launches 64 items.
    fn launch(&self, stream: sys::CUstream, n: u32) -> Result<(), DriverError> {
        self.launch_at(stream, n, self.arena)
    }

    fn launch_at(&self, stream: sys::CUstream, n: u32, arena: u64) -> Result<(), DriverError> {
        let wide = [arena, 65536, self.record, 0, 64, 1 << 30];
        let narrow = [0u32, 0, n];
        let mut parameters: Vec<*mut c_void> = Vec::new();
        parameters.extend(
            wide.iter()
                .map(|bits| std::ptr::from_ref(bits) as *mut c_void),
        );
        parameters.extend(
            narrow
                .iter()
                .map(|bits| std::ptr::from_ref(bits) as *mut c_void),
        );
        // SAFETY: the parameters are those of the kernel, in its order.
        unsafe {
            result::launch_kernel(
                self.function,
                (2, 1, 1),
                (16, 1, 1),
                0,
                stream,
                &mut parameters,
            )
        }
    }
}

/// Adds `n` to the word of each item.
const ADD: &str = "(i32.store (i32.shl (local.get $i) (i32.const 2))
    (i32.add (local.get $n) (i32.load (i32.shl (local.get $i) (i32.const 2)))))";

#[test]
fn it_is_found_as_the_driver_and_has_one_device() {
    let _driver = driver();
    assert_eq!(result::device::get_count(), Ok(1));
    let device = result::device::get(0).expect("a device");
    let name = result::device::get_name(device).expect("a name");
    assert_eq!(name, "CUDA stand-in");
    assert!(code(result::device::get(1)).is_some());
}

#[test]
fn memory_is_handed_out_as_it_is_and_there_is_only_so_much() {
    let driver = driver();
    let place = allocate(1024).expect("memory");
    assert_eq!(read(place, 256), Ok(vec![0xcdcd_cdcd; 256]));
    write(place + 4, &[1u32, 2, 3]).expect("written");
    assert_eq!(read(place, 5), Ok(vec![0xcdcd_cdcd, 1, 2, 3, 0xcdcd_cdcd]));
    driver.stand_in.memory(10_000);
    assert!(allocate(5000).is_ok());
    let full = Some(CUresult::CUDA_ERROR_OUT_OF_MEMORY as u32);
    assert_eq!(code(allocate(5000)), full);
    let (free, total) = result::mem_get_info().expect("numbers");
    assert_eq!((free, total), (10_000 - 5000 - 1024, 10_000));
}

#[test]
fn a_kernel_runs_and_its_trap_is_in_the_record() {
    let _driver = driver();
    let program = Program::new(ADD);
    let stream = stream();
    program.launch(stream, 7).expect("a launch");
    program.launch(stream, 3).expect("a launch");
    finish(stream).expect("the end");
    assert_eq!(
        read(program.arena, 65),
        Ok([vec![10; 64], vec![0]].concat())
    );
    assert_eq!(program.lowest(), Record::CLEAR);
    let program =
        Program::new("(drop (i32.div_u (local.get $n) (i32.sub (local.get $i) (local.get $n))))");
    program.launch(stream, 33).expect("a launch");
    finish(stream).expect("a trap does not break a context");
    let trapped = program
        .translation
        .trapped(program.lowest())
        .expect("a trap");
    assert_eq!(
        (trapped.kind, trapped.index),
        (TrapKind::DivisionByZero, 33)
    );
}

#[test]
fn captured_work_is_done_when_its_graph_is_launched_each_time() {
    let _driver = driver();
    let program = Program::new(ADD);
    let stream = stream();
    let mode = sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_GLOBAL;
    // SAFETY: the handles are good.
    unsafe { result::stream::begin_capture(stream, mode) }.expect("a capture");
    program.launch(stream, 5).expect("a launch");
    // SAFETY: the handles are good.
    let graph = unsafe { result::stream::end_capture(stream) }.expect("a graph");
    finish(stream).expect("nothing to do");
    assert_eq!(read(program.arena, 1), Ok(vec![0]));
    let flags = sys::CUgraphInstantiate_flags(0);
    // SAFETY: the handles are good.
    let executable = unsafe { result::graph::instantiate(graph, flags) }.expect("a graph");
    for _ in 0..3 {
        // SAFETY: the handles are good.
        unsafe { result::graph::launch(executable, stream) }.expect("a launch");
    }
    finish(stream).expect("the end");
    assert_eq!(read(program.arena, 64), Ok(vec![15; 64]));
    // A wait spoils a capture.
    // SAFETY: the handles are good.
    unsafe { result::stream::begin_capture(stream, mode) }.expect("a capture");
    assert!(finish(stream).is_err());
    // SAFETY: the handles are good.
    assert!(unsafe { result::stream::end_capture(stream) }.is_err());
}

#[test]
fn the_nth_call_fails_with_the_code_that_a_test_wants() {
    let driver = driver();
    let before = driver.stand_in.calls("cuMemAlloc_v2");
    driver.stand_in.fail("cuMemAlloc_v2", 2, 2);
    assert!(allocate(16).is_ok());
    let full = Some(CUresult::CUDA_ERROR_OUT_OF_MEMORY as u32);
    assert_eq!(code(allocate(16)), full);
    assert!(allocate(16).is_ok());
    assert_eq!(driver.stand_in.calls("cuMemAlloc_v2"), before + 3);
    // A code that breaks a context does.
    driver.stand_in.fail("cuMemAlloc_v2", 1, 700);
    assert_eq!(code(allocate(16)), ILLEGAL_ADDRESS);
    assert_eq!(code(result::ctx::synchronize()), ILLEGAL_ADDRESS);
}

#[test]
fn a_bad_access_breaks_the_context_until_it_is_reset() {
    let driver = driver();
    for (arena, wanted) in [(0x1000, ILLEGAL_ADDRESS), (0x1002, MISALIGNED)] {
        let program = Program::new(ADD);
        let stream = stream();
        program.launch_at(stream, 1, arena).expect("a launch");
        assert_eq!(code(finish(stream)), wanted);
        assert_eq!(code(allocate(16)), wanted);
        assert_eq!(code(read(program.arena, 1)), wanted);
        // SAFETY: what was in the context is not used any more.
        let reset = unsafe { sys::cuDevicePrimaryCtxReset_v2(0) };
        assert_eq!(reset, CUresult::CUDA_SUCCESS);
        assert_eq!(driver.stand_in.leaks(), 0);
        context().expect("a new context");
        assert!(allocate(16).is_ok());
    }
}

#[test]
fn an_access_to_memory_that_was_freed_breaks_the_context() {
    let _driver = driver();
    let program = Program::new(ADD);
    let stream = stream();
    // SAFETY: the kernel that comes to it then is the stand-in's.
    unsafe { result::free_sync(program.arena) }.expect("freed");
    program.launch(stream, 1).expect("a launch");
    assert_eq!(code(finish(stream)), ILLEGAL_ADDRESS);
}

/// Says that it has begun, and loops for as long as it is let.
const SPIN: &str = "(i32.store offset=4100 (i32.const 0) (i32.const 1))
    (loop $l (br_if $l (i32.eqz (i32.load offset=4096 (i32.const 0)))))";

#[test]
fn a_kernel_that_runs_is_cancelled_by_another_stream() {
    let _driver = driver();
    let program = Program::new(SPIN);
    let (busy, other) = (stream(), stream());
    program.launch(busy, 0).expect("a launch");
    // SAFETY: the handle is good.
    let query = unsafe { sys::cuStreamQuery(busy) };
    assert_eq!(query, CUresult::CUDA_ERROR_NOT_READY);
    while read(program.arena + 4100, 1) != Ok(vec![1]) {
        std::thread::yield_now();
    }
    // SAFETY: the data is there until the copy was made.
    unsafe { result::memcpy_htod_async(program.record, &[Record::CANCEL], other) }
        .expect("written");
    finish(other).expect("it does not wait for the other stream");
    finish(busy).expect("the end");
    assert_eq!(Ending::read(program.lowest()), Some(Ending::Cancelled));
}

#[test]
fn a_device_is_lost_with_its_contexts_or_for_good() {
    let driver = driver();
    for loss in [Loss::Contexts, Loss::ForGood] {
        let program = Program::new(SPIN);
        let stream = stream();
        program.launch(stream, 0).expect("a launch");
        driver.stand_in.lose(loss);
        assert_eq!(code(finish(stream)), UNKNOWN);
        assert_eq!(code(allocate(16)), UNKNOWN);
        // SAFETY: what was in the context is not used any more.
        let reset = unsafe { sys::cuDevicePrimaryCtxReset_v2(0) };
        assert_eq!(reset, CUresult::CUDA_SUCCESS);
        assert_eq!(context().is_ok(), loss == Loss::Contexts);
    }
}

#[test]
fn what_was_freed_is_an_error_and_what_was_not_is_counted() {
    let driver = driver();
    assert_eq!(driver.stand_in.leaks(), 0);
    let program = Program::new(ADD);
    let stream = stream();
    let event = result::event::create(sys::CUevent_flags::CU_EVENT_DEFAULT).expect("an event");
    assert_eq!(driver.stand_in.leaks(), 5);
    // SAFETY: freeing again is an error value of the stand-in, which is what is tested.
    unsafe {
        result::module::unload(program.module).expect("unloaded");
        assert_eq!(code(program.launch(stream, 1)), INVALID_HANDLE);
        assert_eq!(code(result::module::unload(program.module)), INVALID_HANDLE);
        result::free_sync(program.arena).expect("freed");
        assert_eq!(code(result::free_sync(program.arena)), INVALID_VALUE);
        assert_eq!(code(read(program.arena, 1)), INVALID_VALUE);
        result::free_sync(program.record).expect("freed");
        result::event::destroy(event).expect("destroyed");
        assert_eq!(code(result::event::record(event, stream)), INVALID_HANDLE);
        result::stream::destroy(stream).expect("destroyed");
    }
    assert_eq!(code(finish(stream)), INVALID_HANDLE);
    assert_eq!(driver.stand_in.leaks(), 0);
}

#[test]
fn events_order_streams_and_tell_the_time_between() {
    let _driver = driver();
    let program = Program::new(SPIN);
    let (first, second) = (stream(), stream());
    let flags = sys::CUevent_flags::CU_EVENT_DEFAULT;
    let events = [(); 2].map(|()| result::event::create(flags).expect("an event"));
    let flags = sys::CUevent_wait_flags::CU_EVENT_WAIT_DEFAULT;
    // SAFETY: the handles are good.
    unsafe {
        result::event::record(events[0], first).expect("recorded");
        program.launch(first, 0).expect("a launch");
        result::event::record(events[1], first).expect("recorded");
        result::stream::wait_event(second, events[1], flags).expect("a wait");
        result::memset_d8_async(program.arena, 9, 4, second).expect("filled");
        assert!(result::event::query(events[1]).is_err());
    }
    assert_eq!(read(program.arena, 1), Ok(vec![0]));
    write(program.arena + 4096, &[1u32]).expect("let go");
    // SAFETY: the handles are good.
    unsafe { result::event::synchronize(events[1]) }.expect("the end");
    finish(second).expect("the end");
    assert_eq!(read(program.arena, 1), Ok(vec![0x0909_0909]));
    // SAFETY: the handles are good.
    let time = unsafe { result::event::elapsed(events[0], events[1]) };
    assert!(time.expect("a time") > 0.0);
}

#[test]
fn text_that_is_no_ptx_is_refused() {
    let _driver = driver();
    let image = CString::new(".version 7.8\n.entry f(\n)\n{\n\tnonsense\n}\n").expect("text");
    // SAFETY: the image ends with a zero.
    let loaded = unsafe { result::module::load_data(image.as_ptr().cast()) };
    let invalid = Some(CUresult::CUDA_ERROR_INVALID_PTX as u32);
    assert_eq!(code(loaded), invalid);
}
