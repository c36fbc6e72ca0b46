//! Counts the allocations of a command; a program of its own, because counting costs time.

use std::alloc::System;

use es_bench_peers::{Failure, dispatch, report};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ORDERS: u64 = 1_000;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let commands = (ORDERS * dispatch::COMMANDS_PER_ORDER) as f64;
    let mem = dispatch::mem_store();
    let region = Region::new(ALLOCATOR);
    for order in 0..ORDERS {
        runtime.block_on(dispatch::run_order(&mem, order))?;
    }
    report("mem_allocations", region.change().allocations as f64 / commands);
    let json = dispatch::json_rows();
    let region = Region::new(ALLOCATOR);
    for order in 0..ORDERS {
        runtime.block_on(dispatch::run_order(&json, order))?;
    }
    report("json_allocations", region.change().allocations as f64 / commands);
    Ok(())
}
