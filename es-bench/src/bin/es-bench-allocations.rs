//! Counts the allocations of a command; a program of its own, because counting costs time.

use std::alloc::System;

use es_bench::Failure;
use es_bench::dispatch::{COMMANDS_PER_ORDER, Direct, Framework};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ORDERS: u64 = 1_000;

fn main() -> Result<(), Failure> {
    let commands = (ORDERS * COMMANDS_PER_ORDER) as f64;
    let framework = Framework::start()?;
    framework.run_orders(0..ORDERS)?;
    let region = Region::new(ALLOCATOR);
    framework.run_orders(ORDERS..2 * ORDERS)?;
    report("es_allocations", region.change().allocations as f64 / commands);
    let mut direct = Direct::default();
    let region = Region::new(ALLOCATOR);
    for order in 0..ORDERS {
        direct.run_order(order)?;
    }
    report("direct_allocations", region.change().allocations as f64 / commands);
    Ok(())
}

fn report(metric: &str, value: f64) {
    eprintln!("measured {metric} {value}");
}
