//! The pages of phone and companion: Leptos over `client-api`. This file starts them; `bridge` alone knows the worker.

pub mod bridge;
pub mod model;
pub mod platform;
pub mod store;
pub mod words;
