// "ringhost/compute": data-parallel work, on a GPU or on all CPU cores.

export { Command, Copy, Fill, Launch, Write } from "./command";
export { Event, Stats } from "./event";
export { Failure, FailureKind, TrapCode, failure } from "./failure";
export { Gemm, Operator, Reduce, Scan, Sort } from "./operation";
export { Resident } from "./resident";
export { Buffer, Device, DeviceKind, Plan, Space, devices } from "./space";
export { In, InOut, Out } from "./views";
