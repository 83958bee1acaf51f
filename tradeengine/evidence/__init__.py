"""How much a backtest proves: Sharpe ratios, overfitting, and folds that do not leak."""
