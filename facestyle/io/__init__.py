"""Reading and writing what people have: pictures and videos."""
