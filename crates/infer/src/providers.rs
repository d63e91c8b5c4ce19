//! A session on one of the devices, asked for strictly.

use ort::ep;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use reel_types::shown;

use crate::error::one_line;
use crate::network::Source;
use crate::precision::takes_half;
use crate::runtime::Runtime;
use crate::wish::{Provider, Wish};

/// The network on this device; else what was said.
pub(crate) fn open(
    runtime: &Runtime,
    source: Source<'_>,
    wish: &Wish,
    provider: Provider,
) -> Result<Session, String> {
    let said = |error: &dyn std::fmt::Display| one_line(&error.to_string());
    let mut builder = Session::builder(runtime.environment()).map_err(|error| said(&error))?;
    builder = builder.with_log_level(LogLevel::Warning).map_err(|error| said(&error))?;
    builder = builder.with_intra_threads(wish.threads.max(1)).map_err(|error| said(&error))?;
    builder = builder.with_inter_threads(1).map_err(|error| said(&error))?;
    builder = builder.with_optimization_level(GraphOptimizationLevel::All).map_err(|error| said(&error))?;
    // Threads that spin between frames would take the cores that encoders need.
    builder = builder.with_intra_op_spinning(false).map_err(|error| said(&error))?;
    let providers = dispatch(source, wish, provider)?;
    builder = builder.with_execution_providers(providers).map_err(|error| said(&error))?;
    match source {
        Source::Bytes(bytes) => builder.commit_from_memory(bytes),
        Source::File(path) => builder.commit_from_file(path),
    }
    .map_err(|error| said(&error))
}

/// What is registered for one attempt. CUDA stands behind TensorRT for operators that it leaves.
fn dispatch(
    source: Source<'_>,
    wish: &Wish,
    provider: Provider,
) -> Result<Vec<ep::ExecutionProviderDispatch>, String> {
    let cuda = |gpu: u32| {
        let cuda = ep::CUDA::default().with_device_id(index_of(gpu));
        let cuda = match wish.device_memory_bytes {
            Some(bytes) => cuda.with_memory_limit(bytes),
            None => cuda,
        };
        cuda.build().error_on_failure()
    };
    Ok(match provider {
        Provider::Cpu => Vec::new(),
        Provider::Cuda(gpu) => vec![cuda(gpu)],
        Provider::TensorRt(gpu) => {
            let Some(engines) = &wish.engines else {
                return Err("no folder to keep its engines in".to_owned());
            };
            std::fs::create_dir_all(engines)
                .map_err(|error| format!("no folder to keep its engines in: {}: {error}", shown(engines)))?;
            let tensor_rt = ep::TensorRT::default()
                .with_device_id(index_of(gpu))
                .with_fp16(wish.half_precision || is_half(source))
                .with_engine_cache(true)
                .with_engine_cache_path(engines.display())
                .with_timing_cache(true)
                .with_timing_cache_path(engines.display());
            vec![tensor_rt.build().error_on_failure(), cuda(gpu)]
        }
    })
}

/// Whether the network is made for 16 bits: then they change no result.
fn is_half(source: Source<'_>) -> bool {
    match source {
        Source::Bytes(bytes) => takes_half(bytes),
        Source::File(path) => std::fs::read(path).is_ok_and(|bytes| takes_half(&bytes)),
    }
}

pub(crate) fn index_of(gpu: u32) -> i32 {
    i32::try_from(gpu).unwrap_or(i32::MAX)
}
