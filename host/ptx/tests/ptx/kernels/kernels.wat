(module
  (type (;0;) (func (param i32 f32 i32 i32)))
  (type (;1;) (func (param i32 i32 f32 f32 f32 i32 i32)))
  (type (;2;) (func (param i32 i32 f32 f32 i32 i32)))
  (type (;3;) (func (param i32 i32 i32 i32 i32)))
  (type (;4;) (func (param i32 f32 f32 i32 i32 i32 i32)))
  (type (;5;) (func (param i32 i32 i32)))
  (type (;6;) (func (param i32 i32) (result f32)))
  (table (;0;) 1 1 funcref)
  (memory (;0;) 1)
  (global (;0;) (mut i32) i32.const 4096)
  (export "memory" (memory 0))
  (export "__stack_pointer" (global 0))
  (export "saxpy" (func 0))
  (export "mandelbrot" (func 1))
  (export "nbody" (func 2))
  (export "gemm" (func 3))
  (export "reduce" (func 4))
  (export "pagerank" (func 5))
  (export "smooth" (func 6))
  (export "mix" (func 8))
  (func (;0;) (type 0) (param i32 f32 i32 i32)
    local.get 3
    local.get 0
    i32.const 2
    i32.shl
    local.tee 0
    i32.add
    local.tee 3
    local.get 1
    local.get 2
    local.get 0
    i32.add
    f32.load
    f32.mul
    local.get 3
    f32.load
    f32.add
    f32.store
  )
  (func (;1;) (type 1) (param i32 i32 f32 f32 f32 i32 i32)
    (local i32 f32 f32 f32)
    local.get 0
    local.get 1
    i32.div_u
    local.set 7
    block ;; label = @1
      block ;; label = @2
        local.get 5
        i32.const 1
        i32.ge_s
        br_if 0 (;@2;)
        i32.const 0
        local.set 1
        br 1 (;@1;)
      end
      local.get 4
      local.get 7
      f32.convert_i32_u
      f32.mul
      local.get 3
      f32.add
      local.set 8
      local.get 4
      local.get 0
      local.get 7
      local.get 1
      i32.mul
      i32.sub
      f32.convert_i32_u
      f32.mul
      local.get 2
      f32.add
      local.set 9
      i32.const 0
      local.set 1
      f32.const 0x0p+0 (;=0;)
      local.set 4
      f32.const 0x0p+0 (;=0;)
      local.set 3
      loop ;; label = @2
        local.get 3
        local.get 3
        f32.mul
        local.tee 2
        local.get 4
        local.get 4
        f32.mul
        local.tee 10
        f32.add
        f32.const 0x1p+2 (;=4;)
        f32.gt
        br_if 1 (;@1;)
        local.get 4
        local.get 4
        f32.add
        local.get 3
        f32.mul
        local.get 8
        f32.add
        local.set 3
        local.get 9
        local.get 10
        local.get 2
        f32.sub
        f32.add
        local.set 4
        local.get 5
        local.get 1
        i32.const 1
        i32.add
        local.tee 1
        i32.ne
        br_if 0 (;@2;)
      end
      local.get 5
      local.set 1
    end
    local.get 6
    local.get 0
    i32.const 2
    i32.shl
    i32.add
    local.get 1
    i32.store
  )
  (func (;2;) (type 2) (param i32 i32 f32 f32 i32 i32)
    (local i32 i32 i32 f32 f32 f32 f32 f32 f32 f32 f32 f32)
    local.get 0
    i32.const 2
    i32.shl
    local.tee 6
    i32.const 2
    i32.or
    i32.const 2
    i32.shl
    local.set 7
    local.get 6
    i32.const 1
    i32.or
    i32.const 2
    i32.shl
    local.set 8
    block ;; label = @1
      block ;; label = @2
        local.get 1
        br_if 0 (;@2;)
        f32.const 0x0p+0 (;=0;)
        local.set 9
        f32.const 0x0p+0 (;=0;)
        local.set 10
        f32.const 0x0p+0 (;=0;)
        local.set 11
        br 1 (;@1;)
      end
      local.get 4
      local.get 0
      i32.const 4
      i32.shl
      i32.add
      f32.load
      local.set 12
      local.get 4
      local.get 7
      i32.add
      f32.load
      local.set 13
      local.get 4
      local.get 8
      i32.add
      f32.load
      local.set 14
      f32.const 0x0p+0 (;=0;)
      local.set 11
      f32.const 0x0p+0 (;=0;)
      local.set 10
      f32.const 0x0p+0 (;=0;)
      local.set 9
      loop ;; label = @2
        local.get 4
        i32.const 8
        i32.add
        f32.load
        local.get 13
        f32.sub
        local.tee 15
        f32.const 0x1p+0 (;=1;)
        local.get 2
        local.get 15
        local.get 15
        f32.mul
        local.get 4
        f32.load
        local.get 12
        f32.sub
        local.tee 15
        local.get 15
        f32.mul
        local.get 4
        i32.const 4
        i32.add
        f32.load
        local.get 14
        f32.sub
        local.tee 16
        local.get 16
        f32.mul
        f32.add
        f32.add
        f32.add
        f32.sqrt
        f32.div
        local.tee 17
        local.get 17
        local.get 17
        local.get 4
        i32.const 12
        i32.add
        f32.load
        f32.mul
        f32.mul
        f32.mul
        local.tee 17
        f32.mul
        local.get 9
        f32.add
        local.set 9
        local.get 16
        local.get 17
        f32.mul
        local.get 10
        f32.add
        local.set 10
        local.get 15
        local.get 17
        f32.mul
        local.get 11
        f32.add
        local.set 11
        local.get 4
        i32.const 16
        i32.add
        local.set 4
        local.get 1
        i32.const -1
        i32.add
        local.tee 1
        br_if 0 (;@2;)
      end
    end
    local.get 5
    local.get 6
    i32.const 2
    i32.shl
    i32.add
    local.tee 4
    local.get 3
    local.get 11
    f32.mul
    local.get 4
    f32.load
    f32.add
    f32.store
    local.get 5
    local.get 8
    i32.add
    local.tee 4
    local.get 3
    local.get 10
    f32.mul
    local.get 4
    f32.load
    f32.add
    f32.store
    local.get 5
    local.get 7
    i32.add
    local.tee 4
    local.get 3
    local.get 9
    f32.mul
    local.get 4
    f32.load
    f32.add
    f32.store
  )
  (func (;3;) (type 3) (param i32 i32 i32 i32 i32)
    (local i32 i32 f32 i32 i32)
    local.get 3
    local.get 0
    local.get 1
    i32.rem_u
    local.tee 5
    i32.const 2
    i32.shl
    i32.add
    local.set 6
    local.get 2
    local.get 0
    local.get 5
    i32.sub
    i32.const 2
    i32.shl
    i32.add
    local.set 2
    block ;; label = @1
      block ;; label = @2
        block ;; label = @3
          local.get 1
          i32.const 1
          i32.ne
          br_if 0 (;@3;)
          f32.const 0x0p+0 (;=0;)
          local.set 7
          i32.const 0
          local.set 3
          br 1 (;@2;)
        end
        local.get 1
        i32.const 1
        i32.and
        local.set 8
        local.get 1
        i32.const -2
        i32.and
        local.set 9
        f32.const 0x0p+0 (;=0;)
        local.set 7
        i32.const 0
        local.set 3
        loop ;; label = @3
          local.get 2
          local.get 3
          i32.const 1
          i32.or
          local.tee 5
          i32.const 2
          i32.shl
          i32.add
          f32.load
          local.get 6
          local.get 5
          local.get 1
          i32.mul
          i32.const 2
          i32.shl
          i32.add
          f32.load
          f32.mul
          local.get 2
          local.get 3
          i32.const 2
          i32.shl
          i32.add
          f32.load
          local.get 6
          local.get 3
          local.get 1
          i32.mul
          i32.const 2
          i32.shl
          i32.add
          f32.load
          f32.mul
          local.get 7
          f32.add
          f32.add
          local.set 7
          local.get 9
          local.get 3
          i32.const 2
          i32.add
          local.tee 3
          i32.ne
          br_if 0 (;@3;)
        end
        local.get 8
        i32.eqz
        br_if 1 (;@1;)
      end
      local.get 2
      local.get 3
      i32.const 2
      i32.shl
      i32.add
      f32.load
      local.get 6
      local.get 3
      local.get 1
      i32.mul
      i32.const 2
      i32.shl
      i32.add
      f32.load
      f32.mul
      local.get 7
      f32.add
      local.set 7
    end
    local.get 4
    local.get 0
    i32.const 2
    i32.shl
    i32.add
    local.get 7
    f32.store
  )
  (func (;4;) (type 3) (param i32 i32 i32 i32 i32)
    (local f32 i32 i32)
    f32.const 0x0p+0 (;=0;)
    local.set 5
    block ;; label = @1
      local.get 0
      local.get 1
      i32.ge_u
      br_if 0 (;@1;)
      local.get 2
      i32.const 2
      i32.shl
      local.set 6
      local.get 3
      local.get 0
      i32.const 2
      i32.shl
      i32.add
      local.set 3
      f32.const 0x0p+0 (;=0;)
      local.set 5
      local.get 0
      local.set 7
      loop ;; label = @2
        local.get 5
        local.get 3
        f32.load
        f32.add
        local.set 5
        local.get 3
        local.get 6
        i32.add
        local.set 3
        local.get 7
        local.get 2
        i32.add
        local.tee 7
        local.get 1
        i32.lt_u
        br_if 0 (;@2;)
      end
    end
    local.get 4
    local.get 0
    i32.const 2
    i32.shl
    i32.add
    local.get 5
    f32.store
  )
  (func (;5;) (type 4) (param i32 f32 f32 i32 i32 i32 i32)
    (local f32 i32 i32 i32 i32)
    f32.const 0x0p+0 (;=0;)
    local.set 7
    block ;; label = @1
      local.get 3
      local.get 0
      i32.const 2
      i32.shl
      local.tee 8
      i32.add
      local.tee 0
      i32.load
      local.tee 9
      local.get 0
      i32.const 4
      i32.add
      i32.load
      local.tee 10
      i32.ge_u
      br_if 0 (;@1;)
      block ;; label = @2
        block ;; label = @3
          local.get 10
          local.get 9
          i32.sub
          i32.const 3
          i32.and
          local.tee 11
          br_if 0 (;@3;)
          f32.const 0x0p+0 (;=0;)
          local.set 7
          local.get 9
          local.set 3
          br 1 (;@2;)
        end
        local.get 4
        local.get 9
        i32.const 2
        i32.shl
        i32.add
        local.set 0
        f32.const 0x0p+0 (;=0;)
        local.set 7
        local.get 9
        local.set 3
        loop ;; label = @3
          local.get 3
          i32.const 1
          i32.add
          local.set 3
          local.get 7
          local.get 5
          local.get 0
          i32.load
          i32.const 2
          i32.shl
          i32.add
          f32.load
          f32.add
          local.set 7
          local.get 0
          i32.const 4
          i32.add
          local.set 0
          local.get 11
          i32.const -1
          i32.add
          local.tee 11
          br_if 0 (;@3;)
        end
      end
      local.get 9
      local.get 10
      i32.sub
      i32.const -4
      i32.gt_u
      br_if 0 (;@1;)
      local.get 10
      local.get 3
      i32.sub
      local.set 11
      local.get 4
      local.get 3
      i32.const 2
      i32.shl
      i32.add
      local.set 0
      loop ;; label = @2
        local.get 7
        local.get 5
        local.get 0
        i32.load
        i32.const 2
        i32.shl
        i32.add
        f32.load
        f32.add
        local.get 5
        local.get 0
        i32.const 4
        i32.add
        i32.load
        i32.const 2
        i32.shl
        i32.add
        f32.load
        f32.add
        local.get 5
        local.get 0
        i32.const 8
        i32.add
        i32.load
        i32.const 2
        i32.shl
        i32.add
        f32.load
        f32.add
        local.get 5
        local.get 0
        i32.const 12
        i32.add
        i32.load
        i32.const 2
        i32.shl
        i32.add
        f32.load
        f32.add
        local.set 7
        local.get 0
        i32.const 16
        i32.add
        local.set 0
        local.get 11
        i32.const -4
        i32.add
        local.tee 11
        br_if 0 (;@2;)
      end
    end
    local.get 6
    local.get 8
    i32.add
    local.get 1
    local.get 7
    f32.mul
    local.get 2
    f32.add
    f32.store
  )
  (func (;6;) (type 5) (param i32 i32 i32)
    (local i32 i32)
    global.get 0
    i32.const 64
    i32.sub
    local.tee 3
    global.set 0
    local.get 3
    local.get 0
    i32.const 15
    i32.and
    local.tee 4
    i32.const 2
    i32.shl
    i32.add
    i32.const 0
    i32.store
    local.get 3
    local.get 0
    i32.const 7
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1056964608
    i32.store
    local.get 3
    local.get 0
    i32.const 14
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1065353216
    i32.store
    local.get 3
    local.get 0
    i32.const 5
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1069547520
    i32.store
    local.get 3
    local.get 0
    i32.const 12
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1073741824
    i32.store
    local.get 3
    local.get 0
    i32.const 3
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1075838976
    i32.store
    local.get 3
    local.get 0
    i32.const 10
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1077936128
    i32.store
    local.get 3
    local.get 0
    i32.const 1
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1080033280
    i32.store
    local.get 3
    local.get 4
    i32.const 8
    i32.xor
    i32.const 2
    i32.shl
    i32.add
    i32.const 1082130432
    i32.store
    local.get 3
    local.get 0
    i32.const -1
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1083179008
    i32.store
    local.get 3
    local.get 0
    i32.const 6
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1084227584
    i32.store
    local.get 3
    local.get 0
    i32.const 13
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1085276160
    i32.store
    local.get 3
    local.get 0
    i32.const 4
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1086324736
    i32.store
    local.get 3
    local.get 0
    i32.const 11
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1087373312
    i32.store
    local.get 3
    local.get 0
    i32.const 2
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1088421888
    i32.store
    local.get 3
    local.get 0
    i32.const 9
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    i32.const 1089470464
    i32.store
    local.get 2
    local.get 0
    i32.const 2
    i32.shl
    i32.add
    local.get 3
    local.get 0
    call 7
    f32.store
    local.get 3
    i32.const 64
    i32.add
    global.set 0
  )
  (func (;7;) (type 6) (param i32 i32) (result f32)
    (local i32 f32)
    global.get 0
    i32.const 64
    i32.sub
    local.tee 2
    local.get 0
    i64.load offset=56 align=4
    i64.store offset=56
    local.get 2
    local.get 0
    i64.load offset=48 align=4
    i64.store offset=48
    local.get 2
    local.get 0
    i64.load offset=40 align=4
    i64.store offset=40
    local.get 2
    local.get 0
    i64.load offset=32 align=4
    i64.store offset=32
    local.get 2
    local.get 0
    i64.load offset=24 align=4
    i64.store offset=24
    local.get 2
    local.get 0
    i64.load offset=16 align=4
    i64.store offset=16
    local.get 2
    local.get 0
    i64.load offset=8 align=4
    i64.store offset=8
    local.get 2
    local.get 0
    i64.load align=4
    i64.store
    local.get 2
    local.get 1
    i32.const 11
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1p+4 (;=16;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 6
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.ep+3 (;=15;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 1
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.cp+3 (;=14;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 12
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.ap+3 (;=13;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 7
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.8p+3 (;=12;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 2
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.6p+3 (;=11;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 13
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.4p+3 (;=10;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 15
    i32.and
    local.tee 0
    i32.const 8
    i32.xor
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.2p+3 (;=9;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 3
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1p+3 (;=8;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 14
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.cp+2 (;=7;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 9
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.8p+2 (;=6;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 4
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.4p+2 (;=5;)
    f32.mul
    local.get 2
    local.get 1
    i32.const -1
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1p+2 (;=4;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 10
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x1.8p+1 (;=3;)
    f32.mul
    local.get 2
    local.get 1
    i32.const 5
    i32.add
    i32.const 15
    i32.and
    i32.const 2
    i32.shl
    i32.add
    f32.load
    local.tee 3
    local.get 3
    f32.add
    local.get 2
    local.get 0
    i32.const 2
    i32.shl
    i32.add
    f32.load
    f32.const 0x0p+0 (;=0;)
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
    f32.add
  )
  (func (;8;) (type 5) (param i32 i32 i32)
    (local i64 i64 i64)
    local.get 0
    i64.extend_i32_u
    i64.const -7046029254386353131
    i64.mul
    local.get 1
    i64.extend_i32_u
    i64.add
    local.set 3
    i64.const 0
    local.set 4
    i32.const 20
    local.set 1
    loop ;; label = @1
      block ;; label = @2
        block ;; label = @3
          local.get 3
          i64.const 12
          i64.shr_u
          local.get 3
          i64.xor
          local.tee 3
          i64.const 25
          i64.shl
          local.get 3
          i64.xor
          local.tee 3
          i64.const 27
          i64.shr_u
          local.get 3
          i64.xor
          local.tee 3
          i64.const 7
          i64.and
          local.tee 5
          i64.const 5
          i64.gt_u
          br_if 0 (;@3;)
          block ;; label = @4
            block ;; label = @5
              block ;; label = @6
                block ;; label = @7
                  block ;; label = @8
                    block ;; label = @9
                      local.get 5
                      i32.wrap_i64
                      br_table 0 (;@9;) 1 (;@8;) 2 (;@7;) 3 (;@6;) 4 (;@5;) 5 (;@4;) 0 (;@9;)
                    end
                    local.get 3
                    local.get 4
                    i64.add
                    local.set 4
                    br 6 (;@2;)
                  end
                  local.get 3
                  i64.const 3
                  i64.mul
                  local.get 4
                  i64.xor
                  local.set 4
                  br 5 (;@2;)
                end
                local.get 4
                local.get 3
                i32.wrap_i64
                i32.const 7
                i32.div_u
                i64.extend_i32_u
                i64.sub
                local.set 4
                br 4 (;@2;)
              end
              local.get 3
              i64.const 1000
              i64.rem_u
              i64.const 1
              i64.or
              local.get 4
              i64.mul
              local.set 4
              br 3 (;@2;)
            end
            local.get 3
            i64.popcnt
            local.get 4
            i64.add
            local.set 4
            br 2 (;@2;)
          end
          local.get 4
          i64.const 13
          i64.rotl
          local.set 4
          br 1 (;@2;)
        end
        local.get 4
        local.get 3
        i64.const 11
        i64.shr_u
        f64.convert_i64_u
        f64.const 0x1p-2 (;=0.25;)
        f64.mul
        i64.trunc_sat_f64_u
        i64.add
        local.set 4
      end
      local.get 1
      i32.const -1
      i32.add
      local.tee 1
      br_if 0 (;@1;)
    end
    local.get 2
    local.get 0
    i32.const 3
    i32.shl
    i32.add
    local.get 4
    i64.store
  )
)
