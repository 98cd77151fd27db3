"""How an emulated deployment behaves."""
