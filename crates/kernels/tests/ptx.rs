//! The files compile to PTX with NVIDIA's run-time compiler, where that can be loaded: a CUDA host could run them.
#![expect(unsafe_code, reason = "a C library that only this test loads")]
#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;

use libloading::{Library, Symbol};
use reel_kernels::{AVERAGE_CELLS, CUDA_PRELUDE, DRAW_CELLS, DRAW_WAVES, MEASURE_WAVES};

/// The compiler's library, by the name that a person gives or the names that it has.
fn nvrtc() -> Option<Library> {
    let given = std::env::var("REEL_NVRTC").ok();
    let names = given.iter().map(String::as_str).chain(["libnvrtc.so", "libnvrtc.so.12", "libnvrtc.so.11.2"]);
    // SAFETY: loading it runs no code but its own.
    let found = names.into_iter().find_map(|name| unsafe { Library::new(name) }.ok());
    if found.is_none() {
        eprintln!(
            "skipped: no libnvrtc.so here (REEL_NVRTC names one; PyPI's nvidia-cuda-nvrtc-cu12 has it)"
        );
    }
    found
}

type Create = unsafe extern "C" fn(
    *mut *mut c_void,
    *const c_char,
    *const c_char,
    c_int,
    *const *const c_char,
    *const *const c_char,
) -> c_int;
type Compile = unsafe extern "C" fn(*mut c_void, c_int, *const *const c_char) -> c_int;
type Size = unsafe extern "C" fn(*mut c_void, *mut usize) -> c_int;
type Text = unsafe extern "C" fn(*mut c_void, *mut c_char) -> c_int;

/// Whether it compiled, and the PTX or what the compiler said.
fn compile(library: &Library, name: &str, text: &str) -> (bool, String) {
    let (name, text) = (CString::new(name).unwrap(), CString::new(text).unwrap());
    let options = [c"--fmad=false".as_ptr(), c"--gpu-architecture=compute_70".as_ptr()];
    // SAFETY: these are the signatures of NVRTC, the strings end with 0, and the buffers are as long as it says.
    unsafe {
        let create: Symbol<'_, Create> = library.get(b"nvrtcCreateProgram\0").unwrap();
        let compile: Symbol<'_, Compile> = library.get(b"nvrtcCompileProgram\0").unwrap();
        let read = |size: &[u8], text: &[u8], program: *mut c_void| {
            let size: Symbol<'_, Size> = library.get(size).unwrap();
            let read: Symbol<'_, Text> = library.get(text).unwrap();
            let mut bytes = 0;
            assert_eq!(size(program, &mut bytes), 0);
            let mut buffer = vec![0u8; bytes + 1];
            assert_eq!(read(program, buffer.as_mut_ptr().cast()), 0);
            CStr::from_bytes_until_nul(&buffer).unwrap().to_string_lossy().into_owned()
        };
        let mut program = ptr::null_mut();
        assert_eq!(create(&mut program, text.as_ptr(), name.as_ptr(), 0, ptr::null(), ptr::null()), 0);
        match compile(program, options.len() as c_int, options.as_ptr()) {
            0 => (true, read(b"nvrtcGetPTXSize\0", b"nvrtcGetPTX\0", program)),
            _ => (false, read(b"nvrtcGetProgramLogSize\0", b"nvrtcGetProgramLog\0", program)),
        }
    }
}

#[test]
fn every_kernel_compiles_to_ptx_behind_the_prelude() {
    let Some(library) = nvrtc() else { return };
    for source in [&DRAW_WAVES, &MEASURE_WAVES, &DRAW_CELLS, &AVERAGE_CELLS] {
        let (compiled, ptx) = compile(&library, source.name, &format!("{CUDA_PRELUDE}\n{}", source.text));
        assert!(compiled, "{}: {ptx}", source.name);
        assert!(ptx.contains(&format!(".entry {}(", source.name)), "{ptx}");
        let (compiled, log) = compile(&library, source.name, source.text);
        assert!(!compiled, "{} needs no prelude: {log}", source.name);
    }
}

#[test]
fn every_file_forbids_contraction_first() {
    for source in [&DRAW_WAVES, &MEASURE_WAVES, &DRAW_CELLS, &AVERAGE_CELLS] {
        assert!(source.text.starts_with("#pragma OPENCL FP_CONTRACT OFF\n"), "{}", source.name);
    }
}
