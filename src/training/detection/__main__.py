from detection.cli import main
from detection.processes.leaving import leave

leave(main())
