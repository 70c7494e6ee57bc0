//! Predictions: the risk of overload with its factors, and forecasts with their errors.

pub mod ahead;
pub mod backtest;
pub mod forecast;
pub mod inputs;
pub mod levels;
pub mod methods;
pub mod personas;
pub mod risk;
